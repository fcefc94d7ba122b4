package seal

import (
	"errors"
	"testing"
)

// sent returns the state of a source whose newest packet has that index.
func sent(newest uint64) indices {
	var x indices
	x.use(newest)
	return x
}

func TestIndexIsTheOneNearestToTheNewest(t *testing.T) {
	tests := []struct {
		name   string
		newest uint64
		seq    uint16
		want   uint64
	}{
		{"next", 100, 101, 101},
		{"next, behind the wrap", 0xffff, 0, 0x1_0000},
		{"next, behind the second wrap", 0x1_ffff, 0, 0x2_0000},
		{"late", 5000, 4000, 4000},
		{"late, from before the wrap", 0x1_0003, 0xfffe, 0xfffe},
		{"late, from before the second wrap", 0x2_0003, 0xfffe, 0x1_fffe},
		{"half a cycle ahead", 0x1_0000, 0x8000, 0x1_8000},
		{"half a cycle ahead at the beginning", 0, 0x8000, 0x8000},
		{"just under half a cycle ahead, across the wrap", 0x1_c000, 0x3fff, 0x2_3fff},
		{"the last of all", maxIndices - 2, 0xffff, maxIndices - 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := sent(tt.newest)
			if got, err := x.of(tt.seq); err != nil || got != tt.want {
				t.Errorf("index %#x, error %v, want %#x", got, err, tt.want)
			}
		})
	}
}

func TestFirstPacketBeginsTheRollOverCounterAtZero(t *testing.T) {
	for _, seq := range []uint16{0, 1, 0x7fff, 0x8000, 0xffff} {
		var x indices
		if got, err := x.of(seq); err != nil || got != uint64(seq) {
			t.Errorf("%#x: index %#x, error %v", seq, got, err)
		}
	}
}

func TestIndicesThatAreRefused(t *testing.T) {
	tests := []struct {
		name   string
		newest uint64
		seq    uint16
		want   error
	}{
		{"the newest", 100, 100, ErrReused},
		{"the first of all", 0, 0, ErrReused},
		{"the last of all", maxIndices - 1, 0xffff, ErrReused},
		{"behind the window", 5000, 5000 - window - 1, ErrTooOld},
		{"behind the window, from before the wrap", 0x1_0000 + 3, 0x1_0000 + 3 - window - 1, ErrTooOld},
		{"half a cycle behind", 0x1_c000, 0x4000, ErrTooOld},
		{"just over half a cycle ahead", 0x2_4000, 0xc001, ErrTooOld},
		{"before the beginning", 3, 0xfffe, ErrTooOld},
		{"behind the last of all", maxIndices - 1, 0, ErrExhausted},
		{"far behind the last of all", maxIndices - 1, 0x7ffe, ErrExhausted},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := sent(tt.newest)
			if got, err := x.of(tt.seq); !errors.Is(err, tt.want) {
				t.Errorf("index %#x, error %v, want %v", got, err, tt.want)
			}
		})
	}
}

// TestWindowHoldsEveryIndexOnce moves the window by all distances up to more than
// its size, uses every index in it, and tries each again.
func TestWindowHoldsEveryIndexOnce(t *testing.T) {
	for distance := uint64(1); distance <= 2*window; distance += 61 {
		x := sent(0x1_0000 - 17)
		x.use(x.newest + distance)
		for late := range uint64(window + 1) {
			index := x.newest - late
			used := late == 0 || late == distance
			switch got, err := x.of(uint16(index)); {
			case used && !errors.Is(err, ErrReused):
				t.Fatalf("distance %d, late by %d: error %v, want %v", distance, late, err, ErrReused)
			case !used && (err != nil || got != index):
				t.Fatalf("distance %d, late by %d: index %#x, error %v", distance, late, got, err)
			case !used:
				x.use(index)
			}
			if _, err := x.of(uint16(index)); !errors.Is(err, ErrReused) {
				t.Fatalf("distance %d, late by %d: error %v, want %v", distance, late, err, ErrReused)
			}
		}
	}
}

func BenchmarkIndices(b *testing.B) {
	var x indices
	var seq uint16
	b.ReportAllocs()
	for b.Loop() {
		index, err := x.of(seq)
		if err != nil {
			b.Fatal(err)
		}
		x.use(index)
		seq++
	}
}
