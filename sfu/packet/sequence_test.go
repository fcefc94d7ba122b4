package packet_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

func TestUnwrapStartsOneCycleUp(t *testing.T) {
	var u packet.Unwrapper
	if got := u.Unwrap(5); got != 1<<16+5 {
		t.Fatalf("first number %d", got)
	}
	if got := u.Unwrap(65535); got != 65535 {
		t.Fatalf("a packet from before the first: %d, want 65535", got)
	}
	if highest, ok := u.Highest(); !ok || highest != 1<<16+5 {
		t.Fatalf("highest %d, %v", highest, ok)
	}
}

func TestUnwrapFollowsReorderedStreams(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var u packet.Unwrapper
		start := packet.ExtSeq(rapid.Uint16().Draw(t, "start")) + 1<<16
		if got := u.Unwrap(start.Seq()); got != start {
			t.Fatalf("start %d, want %d", got, start)
		}
		highest := start
		for range rapid.IntRange(1, 200).Draw(t, "packets") {
			step := rapid.IntRange(-32768, 32767).Draw(t, "step")
			want := packet.ExtSeq(int64(highest) + int64(step))
			if got := u.Unwrap(want.Seq()); got != want {
				t.Fatalf("%d from %d: %d, want %d", want.Seq(), highest, got, want)
			}
			highest = max(highest, want)
		}
	})
}

func TestUnwrapDoesNotAllocate(t *testing.T) {
	var u packet.Unwrapper
	var seq uint16
	if allocs := testing.AllocsPerRun(1000, func() { u.Unwrap(seq); seq++ }); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

func TestUnwrapNearTakesTheShorterWay(t *testing.T) {
	for _, tt := range []struct {
		reference packet.ExtSeq
		n         uint16
		bits      uint8
		want      packet.ExtSeq
	}{
		{0, 5, 15, 1<<15 + 5},
		{1<<15 + 5, 6, 15, 1<<15 + 6},
		{1<<15 + 5, 0x7fff, 15, 0x7fff},
		{2<<15 - 1, 0, 15, 2 << 15},
		{2 << 15, 0x7fff, 15, 2<<15 - 1},
		{3 << 7, 127, 7, 3<<7 - 1},
		{3<<7 + 127, 1, 7, 4<<7 + 1},
		{5<<16 + 65535, 0, 16, 6 << 16},
	} {
		if got := packet.UnwrapNear(tt.reference, tt.n, tt.bits); got != tt.want {
			t.Errorf("%d near %d in %d bits: got %d, want %d", tt.n, tt.reference, tt.bits, got, tt.want)
		}
	}
}
