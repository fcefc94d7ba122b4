package publish

import (
	"fmt"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/stamp"
)

// encoding is one RTP stream of video. It plays a reel from its keyframe to its
// end and begins again, sooner when a keyframe is due.
type encoding struct {
	stream    *stream
	layer     uint8
	rungs     []rung // ascending
	rung      int    // the one that plays
	position  int    // the next frame of its reel
	bitrate   int    // as configured, bit/s
	allowance allowance
	keys      keyframes
	pictureID uint16
	number    uint32 // of the next frame, for the stamp
	resumed   bool   // the next frame is the first after a pause
}

// rung is one clip of an encoding, and what it has without filler.
type rung struct {
	reel *reel
	own  int // bit/s
}

// Adaptation goes up to a larger clip or another encoding only when there is
// more than it needs, so that it does not go down again at once.
const (
	upFactor   = 1.2
	fullFactor = 1.3 // a smaller clip is filled up to more than where the larger one begins
)

// newRungs prepares the clips of an encoding, of which the largest must fit the
// bitrate.
func newRungs(cfg *Config, layer int) ([]rung, int, error) {
	clips := cfg.Video[layer : layer+1]
	if encodings(cfg.Media.Video) == 1 {
		clips = cfg.Video
	}
	if !cfg.Adapt {
		clips = clips[len(clips)-1:]
	}
	bitrate := cfg.bitrate(layer)
	rungs := make([]rung, len(clips))
	full := bitrate
	for i := len(clips) - 1; i >= 0; i-- {
		r, err := cfg.Reels.get(clips[i].Codec, clips[i].Frames, cfg.octetsPerFrame(full), cfg.PacketSize)
		if err != nil {
			return nil, 0, err
		}
		rungs[i] = rung{reel: r, own: cfg.own(r)}
		full = int(fullFactor * float64(rungs[i].own))
	}
	own := rungs[len(rungs)-1].own
	switch {
	case bitrate == 0:
		bitrate = own
	case bitrate < own:
		return nil, 0, fmt.Errorf("%w: %d bit/s asked for encoding %d, its clip has %d at %d frames a second",
			ErrBitrate, bitrate, layer, own, cfg.FramesPerSecond)
	}
	return rungs, bitrate, nil
}

// active: the encoding is sent at present.
func (e *encoding) active() bool { return e.stream.counters.target.Load() > 0 }

// setTarget sets the bitrate, 0 to stop. An encoding that begins again, or
// changes to another clip, does so with a keyframe.
func (e *encoding) setTarget(cfg *Config, bitrate int) {
	if bitrate > 0 && !e.active() {
		e.position = 0
	}
	e.stream.counters.target.Store(int64(bitrate))
	before := e.rung
	for e.rung > 0 && bitrate < e.rungs[e.rung].own {
		e.rung--
	}
	for e.rung+1 < len(e.rungs) && bitrate >= e.enough(e.rung+1) {
		e.rung++
	}
	if e.rung != before {
		e.position = 0
	}
	e.allowance.octets = cfg.octetsPerFrame(bitrate)
	if bitrate == e.rungs[e.rung].own {
		e.allowance.octets = 0 // no filler, exactly
	}
}

// enough returns the bitrate at which to go up to a rung.
func (e *encoding) enough(rung int) int {
	return min(e.bitrate, int(upFactor*float64(e.rungs[rung].own)))
}

// next returns the first packet of the frame captured at a moment; the pacer
// makes the others of it.
func (e *encoding) next(at time.Duration, timestamp uint32) packet {
	r := e.rungs[e.rung].reel
	if e.position == len(r.frames) || e.keys.due(at, e.position) {
		e.position = 0
	}
	if e.position == 0 {
		e.keys.sent(at)
		e.stream.counters.keyframes.Add(1)
	}
	p := packet{
		of:        e.allowance.choose(&r.frames[e.position]),
		timestamp: e.stream.timestamp + timestamp,
		pictureID: e.pictureID,
		stamp:     stamp.Stamp{Number: e.number, Layer: e.layer, Resumed: e.resumed},
	}
	e.position++
	e.number++
	e.pictureID = (e.pictureID + 1) & 0x7fff
	e.resumed = false
	e.stream.counters.frames.Add(1)
	return p
}
