package nack_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/rtcp"
	"pgregory.net/rapid"

	"github.com/atrium-rtc/atrium/sfu/nack"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

func TestAppendPairs(t *testing.T) {
	tests := []struct {
		name string
		in   []packet.ExtSeq
		want []nack.Pair
	}{
		{"none", nil, nil},
		{"one", seqs(65536 + 7), []nack.Pair{{PacketID: 7}}},
		{"a run", seqs(10, 11, 12), []nack.Pair{{PacketID: 10, LostPackets: 0b11}}},
		{"the last of the mask", seqs(10, 26), []nack.Pair{{PacketID: 10, LostPackets: 1 << 15}}},
		{"just past the mask", seqs(10, 27), []nack.Pair{{PacketID: 10}, {PacketID: 27}}},
		{"across the wrap", seqs(65535, 65536), []nack.Pair{{PacketID: 65535, LostPackets: 1}}},
		{"twice the same", seqs(10, 10), []nack.Pair{{PacketID: 10}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, nack.AppendPairs(nil, tt.in)); diff != "" {
				t.Errorf("pairs (-want +got):\n%s", diff)
			}
		})
	}
}

// TestPairsUnpackToWhatWasPacked goes there and back, and compares with Pion's
// reading of the same pair.
func TestPairsUnpackToWhatWasPacked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.SliceOfNDistinct(rapid.Uint64Range(65000, 66000), 0, 100, rapid.ID[uint64]).Draw(t, "seqs")
		slices.Sort(in)
		var packed []packet.ExtSeq
		var want []uint16
		for _, s := range in {
			packed = append(packed, packet.ExtSeq(s))
			want = append(want, uint16(s))
		}
		var got []uint16
		for _, pair := range nack.AppendPairs(nil, packed) {
			one := pair.Append(nil)
			pion := rtcp.NackPair{PacketID: pair.PacketID, LostPackets: rtcp.PacketBitmap(pair.LostPackets)}
			if !slices.Equal(one, pion.PacketList()) {
				t.Fatalf("unpacked %v, Pion reads %v", one, pion.PacketList())
			}
			got = append(got, one...)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

func TestPairsDoNotAllocate(t *testing.T) {
	in := seqs(1, 2, 3, 50, 60, 61)
	pairs := make([]nack.Pair, 0, 8)
	out := make([]uint16, 0, 32)
	if allocs := testing.AllocsPerRun(100, func() {
		pairs = nack.AppendPairs(pairs[:0], in)
		out = out[:0]
		for _, p := range pairs {
			out = p.Append(out)
		}
	}); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
	if len(out) != len(in) {
		t.Errorf("unpacked %v", out)
	}
}
