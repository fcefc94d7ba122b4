package sfu_test

import (
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/tap"
)

// pass lets time pass in the bubble, and all that is due then be done.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// listener is a tap that remembers.
type listener struct {
	t     testing.TB
	judge *rtptest.Conformance

	mu      sync.Mutex
	tracks  []tap.Track
	packets []heard
	lost    uint64
	ended   []tap.Reason
}

// heard is one packet, and when it was heard.
type heard struct {
	tap.Packet
	stamp rtptest.Stamp
	at    time.Time
}

func newListener(t testing.TB) *listener {
	return &listener{t: t, judge: rtptest.NewConformance(rtptest.Expectations{
		Codecs:     map[uint8]codec.Codec{96: codec.VP8, 111: codec.Opus},
		PictureIDs: true, SSRCs: rtptest.Limits{Audio: 1, Video: 1},
	})}
}

func (l *listener) Begin(tracks []tap.Track) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tracks = tracks
}

func (l *listener) Packet(p *tap.Packet) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var raw rtp.Packet
	if err := raw.Unmarshal(append([]byte(nil), p.Raw...)); err != nil {
		l.t.Errorf("a tap got what is no RTP packet: %v", err)
		return
	}
	if of := l.tracks[p.Track]; raw.SSRC != of.SSRC || raw.PayloadType != of.PayloadType ||
		raw.SequenceNumber != p.SequenceNumber || raw.Timestamp != p.Timestamp || raw.Marker != p.Marker || string(raw.Payload) != string(p.Payload) {
		l.t.Errorf("packet %v is told as %+v", raw, p)
	}
	l.judge.Packet(&raw)
	stamp, _ := rtptest.ReadStamp(raw.Payload)
	one := heard{*p, stamp, time.Now()}
	one.Raw, one.Payload = nil, raw.Payload
	l.packets = append(l.packets, one)
}

func (l *listener) Lost(packets uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lost += packets
}

func (l *listener) End(why tap.Reason) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = append(l.ended, why)
}

// of returns the packets of a codec so far.
func (l *listener) of(c codec.Codec) (list []heard) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.packets {
		if l.tracks[p.Track].Codec == c {
			list = append(list, p)
		}
	}
	return list
}

func (l *listener) wantEnd(want ...tap.Reason) {
	l.t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.ended) != len(want) || len(want) > 0 && l.ended[0] != want[0] {
		l.t.Errorf("the tap was told of its end %v, want %v", l.ended, want)
	}
}

func (l *listener) conforms() {
	l.t.Helper()
	for _, v := range l.judge.Violations() {
		l.t.Errorf("violation: %s", v)
	}
}

// tapped puts a listener on a publication.
func tapped(t testing.TB, p *sfu.Publication, kinds sfu.Kind) (*listener, *sfu.Tapping) {
	t.Helper()
	l := newListener(t)
	tapping, err := p.Tap(sfu.TapRequest{Tap: l, Kinds: kinds})
	if err != nil {
		t.Fatal(err)
	}
	return l, tapping
}

func TestATapGetsEveryPacketFromAKeyframeOn(t *testing.T) {
	simulate(t, 61, func(t *testing.T, s *stage) {
		p := s.publish("10.0.1.1", false)
		done := make(chan struct{})
		go func() { defer close(done); p.send(10 * time.Second) }()
		time.Sleep(3 * time.Second)
		l, tapping := tapped(t, p.publication, sfu.Audio|sfu.Video)
		<-done
		time.Sleep(time.Second)

		l.conforms()
		video, audio := l.of(codec.VP8), l.of(codec.Opus)
		if len(audio) < 340 || len(video) < 3*200 {
			t.Fatalf("%d packets of sound and %d of the picture in 7 s, want 350 and at least 600", len(audio), len(video))
		}
		if !video[0].Keyframe || video[0].Width == 0 || p.asked == 0 && video[0].at.After(video[0].Arrival.Add(time.Second)) {
			t.Errorf("the picture begins with %+v, want a keyframe of known size", video[0].Packet)
		}
		for _, p := range audio {
			if late := p.at.Sub(p.Arrival); late < 0 || late > 10*time.Millisecond {
				t.Fatalf("sound that came at %v was told at %v", p.Arrival, p.at)
			}
		}
		last := audio[len(audio)-1]
		if off := last.Arrival.Sub(last.Captured); off < 0 || off > 200*time.Millisecond {
			t.Errorf("the last sound was sampled %v before it came, want a little", off)
		}
		if st := s.engine.Stats(); st.Taps != (sfu.TapStats{Taps: 1, Packets: uint64(len(audio) + len(video))}) {
			t.Errorf("taps are counted as %+v", st.Taps)
		}
		tapping.Close()
		<-tapping.Done()
		l.wantEnd(tap.Removed)
		if st := s.engine.Stats(); st.Taps.Taps != 0 || st.Egress.Subscribers != 0 {
			t.Errorf("%d taps and %d subscribers are left of a tap that was removed", st.Taps.Taps, st.Egress.Subscribers)
		}
	})
}

func TestATapOfSimulcastGetsTheLargestPicture(t *testing.T) {
	simulate(t, 62, func(t *testing.T, s *stage) {
		e := s.encode("10.0.0.2")
		go e.send(20 * time.Second)
		time.Sleep(10 * time.Second)
		e.wantSent("while nobody looks", true, false, false)
		l, _ := tapped(t, e.publication, sfu.Video)
		time.Sleep(5 * time.Second)
		l.conforms()
		if video := l.of(codec.VP8); len(video) == 0 || video[len(video)-1].stamp.Encoding != 2 {
			t.Errorf("after 5 s the tap gets %d packets, not of the largest encoding at last", len(video))
		}
	})
}

func TestATapHearsNothingWhileThePublicationIsMuted(t *testing.T) {
	simulate(t, 63, func(t *testing.T, s *stage) {
		p := s.publish("10.0.1.1", false)
		p.publication.Mute(sfu.Audio)
		l, _ := tapped(t, p.publication, sfu.Audio)
		p.send(time.Second)
		if n := len(l.of(codec.Opus)); n != 0 {
			t.Errorf("%d packets of sound that was muted before the tap came", n)
		}
		p.publication.Mute(0)
		p.send(time.Second)
		if n := len(l.of(codec.Opus)); n < 45 {
			t.Errorf("%d packets of sound in the second after it was unmuted, want 50", n)
		}
		l.conforms()
	})
}

// Of the room one is heard at a time, and a tap of another hears that all the same.
func TestATapHearsWhoIsNotAmongTheLoudest(t *testing.T) {
	simulate(t, 67, func(t *testing.T, s *stage) {
		s.engine.SetLoudest(1)
		loud, quiet := s.localSound(), s.localSound()
		l, _ := tapped(t, quiet.Publication, sfu.Audio)
		sub := s.subscribe("10.0.2.1", quiet.Publication)
		other := s.subscribe("10.0.2.2", loud.Publication)
		s.subscribe("10.0.2.3", loud.Publication) // on each of the two shards there is one who hears the loud one
		const packets = 100
		for n := range packets {
			for level, p := range map[byte]*sfu.LocalPublication{10: loud, 60: quiet} {
				h := rtp.Header{Version: 2, SequenceNumber: uint16(n), Timestamp: uint32(n) * 960} //nolint:gosec // a test's numbers
				if err := h.SetExtension(sfu.LocalAudioLevel, []byte{level}); err != nil {
					t.Fatal(err)
				}
				if err := p.WriteRTP(sfu.Audio, rtptest.Marshal(&rtp.Packet{Header: h, Payload: make([]byte, 20)})); err != nil {
					t.Fatal(err)
				}
			}
			pass(20 * time.Millisecond)
		}
		if n := len(l.of(codec.Opus)); n != packets {
			t.Errorf("the tap got %d packets, want %d", n, packets)
		}
		if theirs, heard := len(sub.audio), len(other.audio); theirs > packets/2 || heard < packets/2 {
			t.Errorf("subscribers got %d packets of the quiet one and %d of the loud one", theirs, heard)
		}
	})
}

// localSound publishes sound in a room.
func (s *stage) localSound() *sfu.LocalPublication {
	s.t.Helper()
	p, err := s.engine.PublishLocal(sfu.LocalRequest{Room: "room", Tracks: []sfu.LocalTrack{{Codec: codec.Opus}}})
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

func TestATapEndsWithItsPublication(t *testing.T) {
	simulate(t, 64, func(t *testing.T, s *stage) {
		p := s.publish("10.0.1.1", false)
		l, tapping := tapped(t, p.publication, sfu.Audio)
		p.send(time.Second)
		p.publication.Close()
		<-tapping.Done()
		l.wantEnd(tap.Unpublished)
		<-p.publication.Done()
		if _, err := p.publication.Tap(sfu.TapRequest{Tap: l, Kinds: sfu.Audio}); !errors.Is(err, sfu.ErrClosed) {
			t.Errorf("a tap on a closed publication: %v, want ErrClosed", err)
		}
		if _, err := p.publication.Tap(sfu.TapRequest{Tap: l}); !errors.Is(err, sfu.ErrNoMedia) {
			t.Errorf("a tap on nothing: %v, want ErrNoMedia", err)
		}
		l.wantEnd(tap.Unpublished)
	})
}

// stuck is a tap that takes nothing before it is let go.
type stuck struct {
	*listener
	gate chan struct{}
}

func (s *stuck) Packet(p *tap.Packet) {
	<-s.gate
	s.listener.Packet(p)
}

func TestAStuckTapDelaysNobodyAndHearsWhatItLost(t *testing.T) {
	simulate(t, 65, func(t *testing.T, s *stage) {
		p := s.publish("10.0.1.1", false)
		sub := s.subscribe("10.0.2.1", p.publication)
		slow := &stuck{newListener(t), make(chan struct{})}
		if _, err := p.publication.Tap(sfu.TapRequest{Tap: slow, Kinds: sfu.Video}); err != nil {
			t.Fatal(err)
		}
		p.send(20 * time.Second)
		whole, all := sub.complete()
		if all < 590 || whole != all {
			t.Errorf("beside a stuck tap, %d of %d frames are whole, want all of 600", whole, all)
		}
		sub.conforms()
		before := p.asked
		close(slow.gate)
		synctest.Wait()
		p.send(time.Second)
		video := slow.of(codec.VP8)
		if slow.lost == 0 || len(video) < 1024 || len(video) > 1024+150 {
			t.Errorf("the tap got %d packets and lost %d, want the 1024 that waited, and those of the last second", len(video), slow.lost)
		}
		if got := video[1024].SequenceNumber - video[1023].SequenceNumber; uint64(got) != slow.lost+1 {
			t.Errorf("the numbers jump by %d where %d packets were lost", got, slow.lost)
		}
		if st := s.engine.Stats().Taps; st.Lost != slow.lost {
			t.Errorf("%d lost packets are counted, %d were told", st.Lost, slow.lost)
		}
		if p.asked == before {
			t.Error("no keyframe was asked for after packets were lost")
		}
	})
}

// fragile is a tap that panics with its first packet.
type fragile struct{ *listener }

func (fragile) Packet(*tap.Packet) { panic("of the test") }

func TestAPanicEndsTheTapAlone(t *testing.T) {
	simulate(t, 66, func(t *testing.T, s *stage) {
		p := s.publish("10.0.1.1", false)
		sub := s.subscribe("10.0.2.1", p.publication)
		broken := fragile{newListener(t)}
		tapping, err := p.publication.Tap(sfu.TapRequest{Tap: broken, Kinds: sfu.Audio | sfu.Video})
		if err != nil {
			t.Fatal(err)
		}
		p.send(2 * time.Second)
		<-tapping.Done()
		broken.wantEnd()
		if whole, all := sub.complete(); all < 58 || whole != all {
			t.Errorf("beside a broken tap, %d of %d frames are whole, want all of 60", whole, all)
		}
		st := s.engine.Stats()
		if st.Taps.Panics != 1 || st.Taps.Taps != 0 || st.Egress.Subscribers != 1 {
			t.Errorf("%+v and %d subscribers after the panic of the only tap, want it gone", st.Taps, st.Egress.Subscribers)
		}
	})
}
