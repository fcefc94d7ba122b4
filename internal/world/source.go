package world

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// The pace of all media: slow, so that a crowd costs little. Sound comes every
// tick, a picture every other.
const (
	tick         = 60 * time.Millisecond
	framesTicks  = 2
	frameEvery   = framesTicks * tick
	pictureSize  = 600  // octets
	keyframeSize = 1500 // in two packets
	unsent       = 20   // frames between two publications
)

// The kinds of media.
const (
	sound = iota
	picture
	kinds
)

var kindNames = [kinds]string{"sound", "picture"}

// source is a microphone and a camera. It outlives the connections that it is
// published on, so that its frames never repeat.
type source struct {
	id     uint8 // in the stamps
	client *client
	stream string

	asked    atomic.Bool // a keyframe
	muted    [kinds]atomic.Bool
	requests []time.Time // for keyframes, as they came; guarded by mu
	mu       sync.Mutex

	encoder [kinds]*rtptest.Stream // of play, one at a time
	playing sync.Mutex
	sent    [kinds]atomic.Uint32 // the last frame
}

func newSource(c *client, stream string, id uint8, seed uint64) *source {
	s := &source{id: id, client: c, stream: stream}
	s.encoder[sound] = rtptest.NewStream(rtptest.Config{Codec: codec.Opus, Encoding: id, Seed: seed, Interval: tick})
	s.encoder[picture] = rtptest.NewStream(rtptest.Config{Codec: codec.VP8, Encoding: id, Seed: seed + 1, Interval: frameEvery})
	return s
}

// tracks are what is published of a source, once: a connection's.
type tracks struct {
	of   [kinds]*webrtc.TrackLocalStaticRTP
	stop chan struct{}
	once sync.Once
	done sync.WaitGroup
}

func newTracks(stream string) (*tracks, error) {
	t := &tracks{stop: make(chan struct{})}
	for kind, mime := range [kinds]string{webrtc.MimeTypeOpus, webrtc.MimeTypeVP8} {
		track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: mime}, mime+stream, stream)
		if err != nil {
			return nil, err
		}
		t.of[kind] = track
	}
	return t, nil
}

// play sends until the tracks end.
func (s *source) play(t *tracks) {
	s.playing.Lock()
	defer s.playing.Unlock()
	s.asked.Store(true)
	for kind := range kinds { // a hole in the numbers, by which a new publication is told
		for range unsent {
			s.encoder[kind].Frame(rtptest.FrameOptions{Octets: 1})
		}
	}
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for n := 0; ; n++ {
		select {
		case <-ticker.C:
		case <-t.stop:
			return
		}
		s.send(t, sound, rtptest.FrameOptions{Octets: 60})
		if n%framesTicks == 0 {
			s.sendPicture(t)
		}
	}
}

func (s *source) sendPicture(t *tracks) {
	if s.muted[picture].Load() {
		s.send(t, picture, rtptest.FrameOptions{})
		s.asked.Store(true) // an encoder that begins again begins with a keyframe
		return
	}
	if s.asked.Swap(false) {
		s.send(t, picture, rtptest.FrameOptions{Keyframe: true, Octets: keyframeSize})
		return
	}
	s.send(t, picture, rtptest.FrameOptions{Octets: pictureSize})
}

// send makes the next frame, and writes it unless the kind is muted.
func (s *source) send(t *tracks, kind int, o rtptest.FrameOptions) {
	if s.muted[kind].Load() {
		s.encoder[kind].Skip(s.interval(kind))
		return
	}
	for _, p := range s.encoder[kind].Frame(o) {
		if stamp, ok := rtptest.ReadStamp(p.Payload); ok {
			s.sent[kind].Store(stamp.Frame)
		}
		_ = t.of[kind].WriteRTP(p) // what a closed connection refuses is lost
	}
}

func (s *source) interval(kind int) time.Duration {
	if kind == sound {
		return tick
	}
	return frameEvery
}

// listen reads what the server asks of a track.
func (s *source) listen(sender *webrtc.RTPSender) {
	for {
		packets, _, err := sender.ReadRTCP()
		if err != nil {
			return
		}
		for _, p := range packets {
			switch p.(type) {
			case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
				s.mu.Lock()
				s.requests = append(s.requests, time.Now())
				s.mu.Unlock()
				s.asked.Store(true)
			}
		}
	}
}

func (t *tracks) end() {
	t.once.Do(func() { close(t.stop) })
	t.done.Wait()
}
