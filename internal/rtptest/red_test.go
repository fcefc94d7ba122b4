package rtptest_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// microphone sends Opus with that many earlier packets in each.
func microphone(redundancy int) *rtptest.Stream {
	return rtptest.NewStream(rtptest.Config{
		Codec: codec.Opus, SSRC: ssrc, PayloadType: 111, Seed: 1, RED: 63, Redundancy: redundancy,
	})
}

func blocks(t *testing.T, p *rtp.Packet) []rtptest.REDBlock {
	t.Helper()
	list, err := rtptest.ReadRED(p.Payload)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestREDRepeatsEarlierPackets(t *testing.T) {
	s := microphone(2)
	var sent [][]byte
	for i := range 5 {
		p := s.Frame(rtptest.FrameOptions{})[0]
		list := blocks(t, p)
		primary := list[len(list)-1]
		sent = append(sent, primary.Payload)
		if p.PayloadType != 63 || primary.PayloadType != 111 || stampOf(t, p).Frame != uint32(i) || len(list) != min(i, 2)+1 {
			t.Errorf("packet %d: %d blocks, %v", i, len(list), p.Header)
		}
		for j, block := range list {
			back := len(list) - 1 - j
			if block.PayloadType != 111 || block.Offset != uint32(960*back) || !bytes.Equal(block.Payload, sent[i-back]) {
				t.Errorf("packet %d, block %d: type %d, offset %d", i, j, block.PayloadType, block.Offset)
			}
		}
	}
}

func TestREDLeavesOutWhatItHasNoRoomFor(t *testing.T) {
	s := microphone(1)
	s.Frame(rtptest.FrameOptions{Octets: 1100})
	if n := len(blocks(t, s.Frame(rtptest.FrameOptions{})[0])); n != 1 {
		t.Errorf("%d blocks behind a packet too large", n)
	}
	s.Skip(time.Second)
	if n := len(blocks(t, s.Frame(rtptest.FrameOptions{})[0])); n != 1 {
		t.Errorf("%d blocks behind a pause", n)
	}
}

func TestREDReadsAsItWasWritten(t *testing.T) {
	want := []rtptest.REDBlock{
		{PayloadType: 127, Offset: 16383, Payload: bytes.Repeat([]byte{1}, 1023)},
		{PayloadType: 1, Payload: nil},
		{PayloadType: 111, Payload: []byte{2, 3}},
	}
	got, err := rtptest.ReadRED(rtptest.RED(want...))
	if diff := gocmp.Diff(want, got, gocmp.Comparer(bytes.Equal)); err != nil || diff != "" {
		t.Errorf("error %v (-want +got):\n%s", err, diff)
	}
	whole := rtptest.RED(want...)
	for size := range len(whole) - 2 {
		if _, err := rtptest.ReadRED(whole[:size]); err == nil {
			t.Errorf("%d octets were read", size)
		}
	}
}

func TestREDOfWhatDoesNotFitPanics(t *testing.T) {
	for _, block := range []rtptest.REDBlock{{Offset: 16384}, {Payload: slices.Repeat([]byte{0}, 1024)}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			rtptest.RED(block, rtptest.REDBlock{})
		}()
	}
}
