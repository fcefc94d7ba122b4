package ingress

import (
	"testing"
	"time"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/speaker"
)

const levelExt = 1

// newMicrophone returns a Receiver with one track of sound, whose packets have
// levels, and what writes the next one.
func newMicrophone(t testing.TB) (r *Receiver, write func(dBov int)) {
	r = NewReceiver(Config{
		Pool: packet.NewPool(), Feedback: &fakeFeedback{}, SSRC: ourSSRC, Extensions: Extensions{AudioLevel: levelExt},
		Tracks: []TrackConfig{{Codec: codec.Opus, MID: "a", PayloadType: 111, Encodings: []EncodingConfig{{SSRC: audioSSRC}}}},
	})
	now, seq := time.Unix(1e9, 0), uint16(0)
	return r, func(dBov int) {
		h := rtp.Header{Version: 2, SSRC: audioSSRC, PayloadType: 111, SequenceNumber: seq, Timestamp: uint32(seq) * 960}
		if err := h.SetExtension(levelExt, []byte{0x80 | uint8(-dBov)}); err != nil { //nolint:gosec // 0 to 127
			t.Fatal(err)
		}
		b, err := (&rtp.Packet{Header: h, Payload: []byte{0x78, 1, 2, 3}}).Marshal()
		if err != nil {
			t.Fatal(err)
		}
		r.WriteRTP(b, now)
		seq++
		now = now.Add(20 * time.Millisecond)
	}
}

func TestSpeechOfATrackFollowsItsLevels(t *testing.T) {
	r, write := newMicrophone(t)
	track := r.Tracks()[0]
	if s, ok := track.Speech(time.Unix(1e9, 0)); !ok || s.Level != speaker.Silence || s.Speaking {
		t.Errorf("before the first packet: %+v, %v", s, ok)
	}
	for range 50 {
		write(-25)
	}
	last := time.Unix(1e9, 0).Add(49 * 20 * time.Millisecond)
	if s, ok := track.Speech(last); !ok || s.Level != -25 || !s.Speaking || s.Long != 10 || !s.Heard.Equal(last) {
		t.Errorf("after a second of speech: %+v, %v", s, ok)
	}
	if s, _ := track.Speech(last.Add(2 * time.Second)); s.Level != speaker.Silence || s.Speaking {
		t.Errorf("two seconds later: %+v", s)
	}
}

func TestPicturesDoNotSpeak(t *testing.T) {
	d := newDesk(t, true)
	d.writeVideo(t, 1, 2, 3)
	if s, ok := d.Tracks()[1].Speech(d.now); ok {
		t.Errorf("%+v", s)
	}
}

func BenchmarkListen(b *testing.B) {
	r, write := newMicrophone(b)
	write(-25)
	t := r.Tracks()[0]
	p := r.cfg.Pool.Get()
	h := rtp.Header{Version: 2, SSRC: audioSSRC, PayloadType: 111}
	if err := h.SetExtension(levelExt, []byte{0x80 | 25}); err != nil {
		b.Fatal(err)
	}
	raw, err := (&rtp.Packet{Header: h, Payload: []byte{0x78, 1, 2, 3}}).Marshal()
	if err != nil {
		b.Fatal(err)
	}
	if err := p.Parse(raw); err != nil {
		b.Fatal(err)
	}
	p.Arrival = time.Unix(1e9, 0)
	b.ReportAllocs()
	for b.Loop() {
		p.Arrival = p.Arrival.Add(20 * time.Millisecond)
		t.listen(p)
	}
}

func TestListeningDoesNotAllocate(t *testing.T) {
	r, write := newMicrophone(t)
	write(-25)
	p := r.cfg.Pool.Get()
	defer p.Release()
	p.HasAudioLevel, p.AudioLevel = true, 25
	if n := testing.AllocsPerRun(100, func() { r.Tracks()[0].listen(p) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
