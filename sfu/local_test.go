package sfu_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// robot publishes from Go what publisher does from a client.
type robot struct {
	s           *stage
	publication *sfu.LocalPublication
	camera, mic *rtptest.Stream
	wanted      atomic.Bool // a keyframe
	asked       int         // keyframes that were
}

// robot begins a publication with sound and a picture.
func (s *stage) robot() *robot {
	s.t.Helper()
	r := &robot{
		s:      s,
		camera: rtptest.NewStream(rtptest.Config{Codec: codec.VP8, Seed: 3}),
		mic:    rtptest.NewStream(rtptest.Config{Codec: codec.Opus, Seed: 4}),
	}
	r.wanted.Store(true)
	var err error
	r.publication, err = s.engine.PublishLocal(sfu.LocalRequest{
		Tracks:   []sfu.LocalTrack{{Codec: codec.Opus}, {Codec: codec.VP8}},
		Keyframe: func() { r.wanted.Store(true) },
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

// send sends 30 frames and 50 packets of sound a second for d.
func (r *robot) send(d time.Duration) {
	r.s.t.Helper()
	video, audio := time.NewTicker(time.Second/30), time.NewTicker(20*time.Millisecond)
	defer video.Stop()
	defer audio.Stop()
	for end := time.After(d); ; {
		select {
		case <-video.C:
			o := rtptest.FrameOptions{Octets: 3600, Keyframe: r.wanted.Swap(false)}
			if o.Keyframe {
				r.asked++
			}
			r.write(sfu.Video, r.camera.Frame(o))
		case <-audio.C:
			r.write(sfu.Audio, r.mic.Frame(rtptest.FrameOptions{}))
		case <-end:
			return
		}
	}
}

func (r *robot) write(kind sfu.Kind, pkts []*rtp.Packet) {
	for _, p := range pkts {
		if err := r.publication.WriteRTP(kind, rtptest.Marshal(p)); err != nil {
			r.s.t.Errorf("local %s: %v", kind, err)
		}
	}
}

func TestWhatIsPublishedFromGoIsReceivedLikeAnyStream(t *testing.T) {
	simulate(t, 71, func(t *testing.T, s *stage) {
		r := s.robot()
		done := make(chan struct{})
		go func() { defer close(done); r.send(10 * time.Second) }()
		pass(3 * time.Second)
		sub := s.subscribe("10.0.2.1", r.publication.Publication)
		pass(500 * time.Millisecond)
		if len(sub.frames()) == 0 {
			t.Error("no frame within 500 ms of the connection")
		}
		<-done
		pass(time.Second)
		if whole, all := sub.complete(); all < 195 || whole != all {
			t.Errorf("%d of %d frames are whole, want all of about 200", whole, all)
		}
		sub.conforms()
		if n := len(sub.audio); n < 330 {
			t.Errorf("%d packets of sound, want about 350", n)
		}
		if r.asked < 2 {
			t.Errorf("%d keyframes, want one at the start and one for the newcomer", r.asked)
		}
		if n := len(sub.reports[webrtc.RTPCodecTypeVideo]); n < 5 {
			t.Errorf("%d sender reports of the picture in 7 s, which tie it to the sound, want one a second", n)
		}
		if st := s.engine.Stats(); st.Local != 1 || st.Publications != 0 || st.Peers != 1 || st.Tracks[codec.VP8] != 1 {
			t.Errorf("%d local and %d other publications, %d connections, %d tracks of VP8, want 1, 0, 1, 1",
				st.Local, st.Publications, st.Peers, st.Tracks[codec.VP8])
		}
	})
}

func TestMutingWhatIsPublishedFromGoStopsIt(t *testing.T) {
	simulate(t, 72, func(t *testing.T, s *stage) {
		r := s.robot()
		sub := s.subscribe("10.0.2.1", r.publication.Publication)
		r.send(time.Second)
		r.publication.Mute(sfu.Video)
		r.send(200 * time.Millisecond)
		sub.mu.Lock()
		before := len(sub.video)
		sub.mu.Unlock()
		r.send(2 * time.Second)
		sub.mu.Lock()
		if n := len(sub.video); n != before || before == 0 {
			t.Errorf("%d packets of the picture before it was muted, %d after", before, n)
		}
		sub.mu.Unlock()
		asked := r.asked
		r.publication.Mute(0)
		r.send(time.Second)
		if _, n := sub.newest(); n == before || r.asked == asked {
			t.Errorf("%d packets and %d keyframes since it was unmuted, want some", n-before, r.asked-asked)
		}
	})
}

func TestClosingWhatIsPublishedFromGoEndsItsSubscriptions(t *testing.T) {
	simulate(t, 73, func(t *testing.T, s *stage) {
		r := s.robot()
		sub := s.subscribe("10.0.2.1", r.publication.Publication)
		r.send(time.Second)
		r.publication.Close()
		<-r.publication.Done()
		<-sub.subscription.Done()
		if err := r.publication.WriteRTP(sfu.Audio, rtptest.Marshal(&rtp.Packet{Header: rtp.Header{Version: 2}})); !errors.Is(err, sfu.ErrClosed) {
			t.Errorf("writing to a closed publication: %v, want ErrClosed", err)
		}
		if st := s.engine.Stats(); st.Local != 0 || st.Ingress.Codecs[codec.Opus].Packets == 0 {
			t.Errorf("%d local publications are left, and %+v of what they received", st.Local, st.Ingress)
		}
	})
}

func TestSamplesArriveWhole(t *testing.T) {
	for _, c := range []codec.Codec{codec.VP8, codec.VP9} {
		t.Run(c.String(), func(t *testing.T) {
			simulate(t, 74, func(t *testing.T, s *stage) {
				l, err := s.engine.PublishLocal(sfu.LocalRequest{Tracks: []sfu.LocalTrack{{Codec: c}}})
				if err != nil {
					t.Fatal(err)
				}
				heard, _ := tapped(t, l.Publication, sfu.Video)
				pass(100 * time.Millisecond)
				frame := vp8Keyframe(5000)
				if c == codec.VP9 {
					frame = vp9Keyframe(5000)
				}
				for range 3 {
					if err := l.WriteSample(sfu.Video, frame, time.Second/30); err != nil {
						t.Fatal(err)
					}
					pass(time.Second / 30)
				}
				packets := heard.of(c)
				if len(packets) != 3*5 {
					t.Fatalf("%d packets for 3 frames of 5000 octets, want 15", len(packets))
				}
				if got := packets[5].Timestamp - packets[0].Timestamp; got != 3000 || !packets[4].Marker || packets[3].Marker || packets[0].Width != 640 {
					t.Errorf("the second frame comes %d ticks after the first, which is told as %+v", got, packets[4].Packet)
				}
			})
		})
	}
}

// vp8Keyframe returns the beginning of a keyframe of 640x480 (RFC 6386 section 9.1),
// and noise.
func vp8Keyframe(size int) []byte {
	b := make([]byte, size)
	copy(b, []byte{0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01})
	return b
}

// vp9Keyframe is that of VP9: its uncompressed header (VP9 bitstream specification section
// 6.2), with profile 0, 4:2:0 and 640x480.
func vp9Keyframe(size int) []byte {
	b := make([]byte, size)
	copy(b, []byte{0x82, 0x49, 0x83, 0x42, 0x00, 0x27, 0xf0, 0x1d, 0xf0})
	return b
}

func TestWhatCannotBePublishedFromGoIsRefused(t *testing.T) {
	simulate(t, 75, func(t *testing.T, s *stage) {
		for name, tracks := range map[string][]sfu.LocalTrack{
			"nothing": nil, "an unknown codec": {{}}, "two pictures": {{Codec: codec.VP8}, {Codec: codec.VP9}},
		} {
			if _, err := s.engine.PublishLocal(sfu.LocalRequest{Tracks: tracks}); !errors.Is(err, sfu.ErrNoMedia) {
				t.Errorf("%s: %v, want ErrNoMedia", name, err)
			}
		}
		r := s.robot()
		for _, b := range [][]byte{nil, make([]byte, 20), append([]byte{0x80}, make([]byte, 1600)...)} {
			if err := r.publication.WriteRTP(sfu.Audio, b); !errors.Is(err, sfu.ErrNoPacket) {
				t.Errorf("%d octets that are no packet: %v, want ErrNoPacket", len(b), err)
			}
		}
		if _, err := r.publication.Restart(context.Background(), sfu.ICECredentials{}); !errors.Is(err, sfu.ErrClosed) {
			t.Errorf("restart without a connection: %v, want ErrClosed", err)
		}
	})
}
