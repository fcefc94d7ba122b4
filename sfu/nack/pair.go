package nack

import (
	"math/bits"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

// Pair is one entry of a generic NACK (RFC 4585 section 6.2.1): a lost packet,
// and a mask of the sixteen after it, bit 0 being the next one.
type Pair struct {
	PacketID    uint16
	LostPackets uint16
}

// AppendPairs packs sequence numbers, which must ascend, into as few pairs as
// this format allows.
func AppendPairs(dst []Pair, seqs []packet.ExtSeq) []Pair {
	for i := 0; i < len(seqs); {
		first := seqs[i]
		pair := Pair{PacketID: first.Seq()}
		for i++; i < len(seqs) && seqs[i]-first <= 16; i++ {
			if seqs[i] > first {
				pair.LostPackets |= 1 << (seqs[i] - first - 1)
			}
		}
		dst = append(dst, pair)
	}
	return dst
}

// Append unpacks the pair: its packet first, then those of the mask.
func (p Pair) Append(dst []uint16) []uint16 {
	dst = append(dst, p.PacketID)
	for mask := p.LostPackets; mask != 0; mask &= mask - 1 {
		dst = append(dst, p.PacketID+1+uint16(bits.TrailingZeros16(mask)))
	}
	return dst
}
