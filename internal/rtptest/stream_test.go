package rtptest_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

func stream(c codec.Codec) *rtptest.Stream {
	return rtptest.NewStream(rtptest.Config{Codec: c, SSRC: 0x1234, PayloadType: 96, Seed: 1})
}

// video is frames of a stream, the first and every tenth one a keyframe.
func video(s *rtptest.Stream, frames int) []*rtp.Packet {
	var packets []*rtp.Packet
	for i := range frames {
		packets = append(packets, s.Frame(rtptest.FrameOptions{Keyframe: i%10 == 0})...)
	}
	return packets
}

func TestEqualConfigurationsMakeEqualPackets(t *testing.T) {
	for _, c := range codec.All() {
		a, b := video(stream(c), 5), video(stream(c), 5)
		if diff := cmp.Diff(a, b, cmp.AllowUnexported(rtp.Extension{})); diff != "" {
			t.Errorf("%v (-first +second):\n%s", c, diff)
		}
	}
}

func TestFramesReadAsTheyWereAskedFor(t *testing.T) {
	for _, c := range codec.All() {
		t.Run(c.String(), func(t *testing.T) {
			s := stream(c)
			for i, o := range []rtptest.FrameOptions{
				{Keyframe: true, Octets: 9000},
				{},
				{Octets: 20},
				{Keyframe: true, Octets: 20},
				{Temporal: 1},
			} {
				ts := s.Timestamp()
				packets := s.Frame(o)
				for j, p := range packets {
					f, err := codec.Inspect(c, p.Payload)
					if err != nil {
						t.Fatalf("frame %d packet %d: %v", i, j, err)
					}
					begins := j == 0 || (c == codec.H264 && o.Keyframe && j == 1) // its slice, behind the parameter sets
					if f.Start != begins || f.Keyframe != (begins && o.Keyframe && c.IsVideo()) {
						t.Errorf("frame %d packet %d: %+v", i, j, f)
					}
					if (c == codec.VP8 || c == codec.VP9) && f.TemporalLayer != o.Temporal {
						t.Errorf("frame %d packet %d: temporal layer %d, want %d", i, j, f.TemporalLayer, o.Temporal)
					}
					if j == 0 && o.Keyframe && (c == codec.VP8 || c == codec.VP9) && (f.Width != 640 || f.Height != 360) {
						t.Errorf("frame %d: %dx%d", i, f.Width, f.Height)
					}
					if p.Timestamp != ts || p.Marker != (c.IsVideo() && j == len(packets)-1) {
						t.Errorf("frame %d packet %d: timestamp %d marker %v", i, j, p.Timestamp, p.Marker)
					}
					want := rtptest.Stamp{Frame: uint32(i), Index: uint16(j), Count: uint16(len(packets)), Temporal: o.Temporal}
					if c.IsVideo() {
						want.Key = o.Keyframe
						if !o.Keyframe {
							want.Refs[0] = 1
						}
					}
					if got, ok := rtptest.ReadStamp(p.Payload); !ok || got != want {
						t.Errorf("stamp %+v, want %+v", got, want)
					}
				}
			}
		})
	}
}

func TestFrameSplitsAtThePacketSize(t *testing.T) {
	s := stream(codec.VP8)
	if n := len(s.Frame(rtptest.FrameOptions{Octets: 1000})); n != 1 {
		t.Errorf("1000 octets in %d packets", n)
	}
	if n := len(s.Frame(rtptest.FrameOptions{Octets: 1001})); n != 2 {
		t.Errorf("1001 octets in %d packets", n)
	}
}

func TestTimelineFollowsTheInterval(t *testing.T) {
	s := stream(codec.VP8)
	first := s.Timestamp()
	for range 30 {
		s.Frame(rtptest.FrameOptions{})
	}
	if got := s.Timestamp() - first; got < 89_990 || got > 90_000 {
		t.Errorf("a second has %d ticks", got)
	}
	before := s.Timestamp()
	s.Skip(time.Second)
	if got := s.Timestamp() - before; got < 89_999 || got > 90_001 {
		t.Errorf("a skipped second has %d ticks", got)
	}
}

func TestExtensionsInBothForms(t *testing.T) {
	for _, twoByte := range []bool{false, true} {
		s := rtptest.NewStream(rtptest.Config{
			Codec: codec.Opus, SSRC: 1, PayloadType: 111, TwoByte: twoByte,
			Extensions: []rtptest.Extension{{ID: 4, Data: []byte("0")}},
		})
		in := s.Frame(rtptest.FrameOptions{Extensions: []rtptest.Extension{{ID: 1, Data: []byte{0x85}}}})
		p := packet.NewPool().Get()
		if err := p.Parse(rtptest.Marshal(in[0])); err != nil {
			t.Fatal(err)
		}
		p.ReadAudioLevel(1)
		if string(p.Extension(4)) != "0" || p.AudioLevel != 5 || !p.Voice {
			t.Errorf("two-byte %v: %q, level %d", twoByte, p.Extension(4), p.AudioLevel)
		}
	}
}

func TestRTXCarriesTheOriginal(t *testing.T) {
	original := stream(codec.VP8).Frame(rtptest.FrameOptions{Keyframe: true})[0]
	p := packet.NewPool().Get()
	if err := p.Parse(rtptest.Marshal(rtptest.RTX(original, 0x9999, 97, 5))); err != nil {
		t.Fatal(err)
	}
	if p.SSRC != 0x9999 || p.PayloadType != 97 || p.SequenceNumber != 5 {
		t.Errorf("not on the retransmission stream: %+v", p)
	}
	if err := p.RestoreFromRTX(original.SSRC, original.PayloadType); err != nil {
		t.Fatal(err)
	}
	if p.SequenceNumber != original.SequenceNumber || !bytes.Equal(p.Payload(), original.Payload) {
		t.Error("the original did not come back")
	}
}

func TestPaddingHasNoPayload(t *testing.T) {
	last := stream(codec.VP8).Frame(rtptest.FrameOptions{})[0]
	p := packet.NewPool().Get()
	if err := p.Parse(rtptest.Marshal(rtptest.Padding(last, 7, 200))); err != nil {
		t.Fatal(err)
	}
	if len(p.Payload()) != 0 || p.SequenceNumber != 7 || p.Size() != 212 {
		t.Errorf("payload %x in %d octets", p.Payload(), p.Size())
	}
	if err := p.RestoreFromRTX(1, 1); !errors.Is(err, packet.ErrEmptyRTX) {
		t.Errorf("error %v, want %v", err, packet.ErrEmptyRTX)
	}
}

func TestReadStampOfForeignOctets(t *testing.T) {
	if _, ok := rtptest.ReadStamp(make([]byte, 100)); ok {
		t.Error("a stamp of zeros")
	}
}

func TestReadStampOfAShortPayload(t *testing.T) {
	if _, ok := rtptest.ReadStamp(make([]byte, 22)); ok {
		t.Error("a stamp in 22 octets")
	}
}
