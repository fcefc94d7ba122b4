package publish

import (
	"math/rand/v2"
	"time"
)

// video sends all encodings of the picture: each frame is captured once, for all
// of them at the same moment.
type video struct {
	schedule  schedule
	encodings []*encoding // lowest first
	pacer     pacer
	muted     bool
}

func newVideo(cfg *Config, cname string, random *rand.Rand) (*video, error) {
	fps := cfg.FramesPerSecond
	v := &video{
		schedule: schedule{phase: time.Duration(random.Int64N(int64(time.Second) / int64(fps))), perSecond: uint64(fps)},
		pacer:    pacer{burst: cfg.Burst},
	}
	for layer := range encodings(cfg.Media.Video) {
		rungs, bitrate, err := newRungs(cfg, layer)
		if err != nil {
			return nil, err
		}
		packetsPerSecond := fps + int(pacingFactor*float64(bitrate/8/cfg.PacketSize))
		st, err := newStream(cfg.Media.Video, layer, packetsPerSecond, cname, random)
		if err != nil {
			return nil, err
		}
		v.encodings = append(v.encodings, &encoding{
			stream:    st,
			layer:     uint8(layer),
			rungs:     rungs,
			rung:      len(rungs) - 1,
			bitrate:   bitrate,
			keys:      keyframes{every: cfg.keyframeEvery()},
			pictureID: uint16(random.UintN(1 << 15)),
		})
	}
	v.allot(cfg, v.configured())
	return v, nil
}

// configured returns the bitrate of all encodings together.
func (v *video) configured() int {
	sum := 0
	for _, e := range v.encodings {
		sum += e.bitrate
	}
	return sum
}

// capture puts the frame that is due into the pacer's queue.
func (v *video) capture(source uint32) {
	at := v.schedule.due()
	if !v.muted {
		for _, e := range v.encodings {
			if e.active() {
				p := e.next(at, v.schedule.timestamp(e.stream.media.ClockRate))
				p.stamp.Source = source
				v.pacer.push(pending{e, p}, at)
			}
		}
	}
	v.schedule.n++
}

// allot divides a bitrate among the encodings: what is not enough for all is
// taken from the highest, which stops below its clip's own. The lowest one
// always runs.
func (v *video) allot(cfg *Config, total int) {
	rest := total
	for i, e := range v.encodings {
		target := min(rest, e.bitrate)
		need := e.rungs[0].own
		if !e.active() {
			need = e.enough(0)
		}
		if i > 0 && target < need {
			target = 0
		}
		e.setTarget(cfg, target)
		rest -= target
	}
	v.pacer.setTarget(total)
}

// mute pauses, or ends the pause with a keyframe.
func (v *video) mute(muted bool) {
	if v.muted && !muted {
		for _, e := range v.encodings {
			e.resumed, e.position = true, 0
		}
	}
	v.muted = muted
}

// encoding returns the one with the SSRC, or nil.
func (v *video) encoding(ssrc uint32) *encoding {
	for _, e := range v.encodings {
		if e.stream.ssrc == ssrc {
			return e
		}
	}
	return nil
}
