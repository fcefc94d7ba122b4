package sfu

import (
	"testing"

	"github.com/pion/rtcp"
)

// compoundOf is a receiver report and a request for a picture, as browsers send
// them.
func compoundOf(tb testing.TB) []byte {
	tb.Helper()
	b, err := rtcp.Marshal([]rtcp.Packet{
		&rtcp.ReceiverReport{SSRC: 1, Reports: []rtcp.ReceptionReport{{SSRC: 2, FractionLost: 3}, {SSRC: 4}}},
		&rtcp.PictureLossIndication{SenderSSRC: 1, MediaSSRC: 2},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func TestACompoundIsReadPacketByPacket(t *testing.T) {
	var kinds []rtcp.PacketType
	var blocks []rtcp.ReceptionReport
	eachRTCP(compoundOf(t), func(p []byte) {
		kinds = append(kinds, rtcp.PacketType(p[1]))
		if p[1] == uint8(rtcp.TypeReceiverReport) {
			reportBlocks(p, func(b rtcp.ReceptionReport) { blocks = append(blocks, b) })
		}
	})
	if len(kinds) != 2 || kinds[0] != rtcp.TypeReceiverReport || kinds[1] != rtcp.TypePayloadSpecificFeedback {
		t.Errorf("packets of types %v", kinds)
	}
	if len(blocks) != 2 || blocks[0].SSRC != 2 || blocks[0].FractionLost != 3 || blocks[1].SSRC != 4 {
		t.Errorf("blocks %+v", blocks)
	}
}

// FuzzFeedbackReader: whatever stands in a compound, nothing panics, and nobody is
// handed octets that are not there.
func FuzzFeedbackReader(f *testing.F) {
	f.Add(compoundOf(f))
	f.Add([]byte{0x9f, 200, 0, 1, 0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		read := 0
		eachRTCP(b, func(p []byte) {
			read += len(p)
			(&senders{}).receive(&Peer{}, p)
			reportBlocks(p, func(rtcp.ReceptionReport) {})
		})
		if read > len(b) {
			t.Errorf("%d octets read of %d", read, len(b))
		}
	})
}
