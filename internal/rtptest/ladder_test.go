package rtptest_test

import (
	"slices"
	"testing"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

func ladder(c codec.Codec) *rtptest.Ladder {
	return rtptest.NewLadder(rtptest.LadderConfig{
		Config: rtptest.Config{Codec: c, PayloadType: 96, Seed: 1, Mode: "L1T3", Descriptor: descriptorID},
		Rungs:  rtptest.DefaultRungs(),
		MID:    "0", MIDID: 1, RIDID: 2, RepairedRIDID: 3, RTX: 97,
	})
}

func TestLadderIsOneTrack(t *testing.T) {
	l := ladder(codec.VP8)
	first := l.Frame(rtptest.FrameOptions{Keyframe: true})
	var starts []uint32
	for i, packets := range first {
		starts = append(starts, packets[0].Timestamp)
		f, err := codec.Inspect(codec.VP8, packets[0].Payload)
		if err != nil {
			t.Fatal(err)
		}
		rung := rtptest.DefaultRungs()[i]
		if f.Width != rung.Width || f.Height != rung.Height {
			t.Errorf("encoding %d: %dx%d", i, f.Width, f.Height)
		}
		p := packets[0]
		if p.SSRC != rung.SSRC || string(p.GetExtension(1)) != "0" || string(p.GetExtension(2)) != rung.RID || p.GetExtension(3) != nil {
			t.Errorf("encoding %d: %v", i, p.Header)
		}
		if stamp := stampOf(t, p); stamp.Encoding != uint8(i) || stamp.Frame != 0 {
			t.Errorf("encoding %d: %+v", i, stamp)
		}
	}
	if slices.Sort(starts); starts[0] == starts[1] || starts[1] == starts[2] {
		t.Errorf("timestamps begin at %d", starts)
	}
	for range 29 {
		l.Frame()
	}
	for i, packets := range l.Frame() {
		if got := packets[0].Timestamp - first[i][0].Timestamp; got < 89_990 || got > 90_000 {
			t.Errorf("encoding %d: a second has %d ticks", i, got)
		}
	}
}

func TestLadderTakesOptionsByEncoding(t *testing.T) {
	l := ladder(codec.VP8)
	packets := l.Frame(rtptest.FrameOptions{Octets: 3000}, rtptest.FrameOptions{Keyframe: true})
	for i, want := range []bool{false, true, true} {
		if got := stampOf(t, packets[i][0]).Key; got != want {
			t.Errorf("encoding %d: keyframe %v", i, got)
		}
	}
	if sizes := []int{len(packets[0]), len(packets[1]), len(packets[2])}; !slices.Equal(sizes, []int{3, 2, 3}) {
		t.Errorf("packets %d", sizes)
	}
}

// TestLadderCountsFramesAcrossEncodings, as the recording of Chromium shows.
func TestLadderCountsFramesAcrossEncodings(t *testing.T) {
	l := ladder(codec.AV1)
	structures := make([]*rtptest.Structure, 3)
	var first uint16
	for i := range 9 {
		for j, packets := range l.Frame(rtptest.FrameOptions{Keyframe: i == 0}) {
			d, err := rtptest.ReadDescriptor(packets[0].GetExtension(descriptorID), structures[j])
			if err != nil {
				t.Fatal(err)
			}
			if i == 0 {
				structures[j] = d.Attached
			}
			if i == 0 && j == 0 {
				first = d.FrameNumber
			}
			if got := int(d.FrameNumber - first); got != 3*i+j {
				t.Errorf("picture %d, encoding %d: frame number %d", i, j, got)
			}
			if want := []int{12, 3, 6, 3}[i%4]; i > 0 && (!slices.Equal(d.Diffs, []int{want}) || len(d.Chains) != 1) {
				t.Errorf("picture %d, encoding %d: %+v, want a reference %d back", i, j, d, want)
			}
		}
	}
}

func TestLadderRetransmitsWithTheRepairedRID(t *testing.T) {
	l := ladder(codec.AV1)
	original := l.Frame(rtptest.FrameOptions{Keyframe: true})[2]
	first, second := l.RTX(original[0]), l.RTX(original[1])
	if first.SSRC != 0x2003 || first.PayloadType != 97 || second.SequenceNumber != first.SequenceNumber+1 {
		t.Errorf("%v, then %v", first.Header, second.Header)
	}
	if string(first.GetExtension(1)) != "0" || first.GetExtension(2) != nil || string(first.GetExtension(3)) != "f" {
		t.Errorf("identification %q %q %q", first.GetExtension(1), first.GetExtension(2), first.GetExtension(3))
	}
	if !slices.Equal(first.GetExtension(descriptorID), original[0].GetExtension(descriptorID)) {
		t.Error("the descriptor did not come along")
	}
	if string(original[0].GetExtension(2)) != "f" {
		t.Error("the original was changed")
	}
	if !slices.Equal(first.Payload[2:], original[0].Payload) {
		t.Error("another payload")
	}
}
