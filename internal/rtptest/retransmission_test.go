package rtptest_test

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

const (
	rtxSSRC = 0x99
	rtxType = 97
)

// pairing returns a maker of checkers that expect retransmissions.
func pairing(want rtptest.Expectations) func() *rtptest.Conformance {
	want.RTX = map[uint8]uint8{rtxType: 96}
	return func() *rtptest.Conformance {
		c := checking(codec.VP8, want)()
		c.Pair(rtxSSRC, ssrc)
		return c
	}
}

// repaired is a stream of which the packets 10 to 12 come as retransmissions
// only, 13 twice, and a probe at the end.
func repaired() []*rtp.Packet {
	packets := video(stream(codec.VP8), 10)
	var repairs []*rtp.Packet
	for i, p := range packets[10:14] {
		repairs = append(repairs, rtptest.RTX(p, rtxSSRC, rtxType, 65534+uint16(i)))
	}
	probe := rtptest.Padding(repairs[3], repairs[3].SequenceNumber+1, 200)
	return append(slices.Concat(packets[:10], packets[13:], repairs), probe)
}

func TestRetransmissionsAreUndone(t *testing.T) {
	const firstRepair = 27 // the first of four in what repaired returns, and the probe
	at := func(i int, change func(p *rtp.Packet)) func([]*rtp.Packet) []*rtp.Packet {
		return func(p []*rtp.Packet) []*rtp.Packet {
			change(p[i])
			return p
		}
	}
	runMutations(t, repaired, pairing(rtptest.Expectations{}), []mutation{
		{"another payload", at(firstRepair+3, func(p *rtp.Packet) { p.Payload[30]++ }), "two different packets"},
		{"another timestamp", at(firstRepair+3, func(p *rtp.Packet) { p.Timestamp++ }), "two different packets"},
		{"another marker", at(firstRepair+3, func(p *rtp.Packet) { p.Marker = !p.Marker }), "two different packets"},
		{"a gap in its own numbers", func(p []*rtp.Packet) []*rtp.Packet {
			return slices.Delete(p, firstRepair+3, firstRepair+4)
		}, "1 packets missing behind 0"},
		{"an own number used twice", func(p []*rtp.Packet) []*rtp.Packet {
			again := *p[firstRepair]
			again.Payload = append(slices.Clone(again.Payload), 1)
			return append(p, &again)
		}, "two different packets"},
		{"the same packet twice", func(p []*rtp.Packet) []*rtp.Packet {
			return append(p, p[firstRepair])
		}, ""},
		{"neither payload nor padding", at(firstRepair+4, func(p *rtp.Packet) { p.Padding = false; p.PaddingSize = 0 }), "neither a payload nor padding"},
		{"half an original number", at(firstRepair+4, func(p *rtp.Packet) { p.Payload = []byte{1} }), "no original number"},
		{"a media packet on the repair stream", at(firstRepair+4, func(p *rtp.Packet) { p.PayloadType = 96 }), "payload type 96 on a retransmission stream"},
		{"a repair of no stream", at(firstRepair+4, func(p *rtp.Packet) { p.SSRC = 5 }), "retransmits for no stream"},
	})
}

func TestRepairFromElsewhereIsFound(t *testing.T) {
	checker := pairing(rtptest.Expectations{MayLose: true})()
	packets := repaired()
	binary.BigEndian.PutUint16(packets[len(packets)-2].Payload, packets[0].SequenceNumber+20_000) // as the publisher numbered it
	for _, p := range packets {
		checker.Packet(p)
	}
	found := strings.Join(checker.Violations(), "\n")
	if !strings.Contains(found, "far outside of the stream") {
		t.Errorf("found %q", found)
	}
}

func TestRepairOfAnotherPayloadTypeIsFound(t *testing.T) {
	checker := rtptest.NewConformance(rtptest.Expectations{
		Codecs: map[uint8]codec.Codec{96: codec.VP8, 98: codec.VP9}, RTX: map[uint8]uint8{97: 96, 99: 98},
	})
	checker.Pair(rtxSSRC, ssrc)
	packets := video(stream(codec.VP8), 2)
	checker.Packet(packets[0])
	checker.Packet(rtptest.RTX(packets[1], rtxSSRC, 99, 1))
	if found := checker.Violations(); len(found) != 1 || !strings.Contains(found[0], "repeats payload type 98") {
		t.Errorf("found %q", found)
	}
}

func TestLostRepairsAreAcceptedWhereExpected(t *testing.T) {
	packets := repaired()
	packets = slices.Delete(packets, len(packets)-4, len(packets)-3)
	checker := pairing(rtptest.Expectations{MayLose: true})()
	for _, p := range packets {
		checker.Packet(p)
	}
	if found := checker.Violations(); found != nil {
		t.Errorf("found %q", found)
	}
	if missing, all := checker.Missing(ssrc); missing != 1 || all != 30 {
		t.Errorf("%d of %d missing, want 1 of 30", missing, all)
	}
	if got := checker.SSRCs(); !slices.Equal(got, []uint32{ssrc}) {
		t.Errorf("streams %x", got)
	}
}

func TestProbesAloneConform(t *testing.T) {
	checker := pairing(rtptest.Expectations{})()
	packets := repaired()
	checker.Packet(packets[len(packets)-1])
	if found := checker.Violations(); found != nil {
		t.Errorf("found %q", found)
	}
	if missing, all := checker.Missing(ssrc); missing != 0 || all != 0 {
		t.Errorf("%d of %d missing", missing, all)
	}
}

func TestRepairMayComeFirst(t *testing.T) {
	packets := video(stream(codec.VP8), 4)
	checker := pairing(rtptest.Expectations{})()
	checker.Packet(rtptest.RTX(packets[0], rtxSSRC, rtxType, 1))
	for _, p := range packets[1:] {
		checker.Packet(p)
	}
	if found := checker.Violations(); found != nil {
		t.Errorf("found %q", found)
	}
}
