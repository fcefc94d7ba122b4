package crowd

import (
	"testing"

	"pgregory.net/rapid"
)

// account feeds numbers and returns what is thought of them.
func account(numbers ...uint16) *sequence {
	s := &sequence{}
	for _, n := range numbers {
		s.add(n)
	}
	return s
}

func TestSequenceAccounts(t *testing.T) {
	tests := []struct {
		name                           string
		numbers                        []uint16
		unique, lost, duplicates, olds uint64
	}{
		{"nothing", nil, 0, 0, 0, 0},
		{"one", []uint16{7}, 1, 0, 0, 0},
		{"in order", []uint16{1, 2, 3}, 3, 0, 0, 0},
		{"a gap", []uint16{1, 2, 5}, 3, 2, 0, 0},
		{"a gap that is filled later", []uint16{1, 4, 3, 2}, 4, 0, 0, 0},
		{"twice", []uint16{1, 2, 2, 1, 3}, 3, 0, 2, 0},
		{"across the wrap", []uint16{65534, 65535, 0, 1}, 4, 0, 0, 0},
		{"a gap across the wrap", []uint16{65534, 1, 65535}, 3, 1, 0, 0},
		{"twice across the wrap", []uint16{65535, 0, 65535, 0}, 2, 0, 2, 0},
		{"before the first", []uint16{10, 9, 8}, 3, 0, 0, 0},
		{"before the first, across the wrap", []uint16{0, 65535}, 2, 0, 0, 0},
		{"far ahead", []uint16{1, 2001, 2001}, 2, 1999, 1, 0},
		{"far behind", []uint16{5000, 1}, 1, 0, 0, 1},
		{"what fills the window is forgotten", []uint16{1, 1 + seen*64, 1}, 2, seen*64 - 1, 0, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := account(tt.numbers...)
			if s.unique != tt.unique || s.lost() != tt.lost || s.duplicates != tt.duplicates || s.old != tt.olds {
				t.Errorf("%d unique, %d lost, %d duplicates, %d old; want %d, %d, %d, %d",
					s.unique, s.lost(), s.duplicates, s.old, tt.unique, tt.lost, tt.duplicates, tt.olds)
			}
		})
	}
}

// Over several cycles, with loss, doubling and reordering of near neighbours.
func TestSequenceAgreesWithASet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := &sequence{}
		arrived := make(map[uint64]bool)
		var duplicates, last uint64
		first := rapid.Uint64Range(1<<16, 1<<17-1).Draw(t, "first")
		arrive := func(at uint64) {
			if arrived[at] {
				duplicates++
			}
			arrived[at], last = true, max(last, at)
			s.add(uint16(at))
		}
		arrive(first)
		at := first
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			at += rapid.Uint64Range(1, 1000).Draw(t, "ahead")
			arrive(at)
			if back := rapid.Uint64Range(0, seen*64-1).Draw(t, "back"); rapid.Bool().Draw(t, "late") && at-back >= first {
				arrive(at - back)
			}
		}
		unique := uint64(len(arrived))
		if s.unique != unique || s.duplicates != duplicates || s.lost() != last-first+1-unique || s.old != 0 {
			t.Fatalf("%d unique, %d duplicates, %d lost, %d old; want %d, %d, %d, 0",
				s.unique, s.duplicates, s.lost(), s.old, unique, duplicates, last-first+1-unique)
		}
	})
}

func TestASequenceAllocatesNothing(t *testing.T) {
	s := &sequence{}
	number := uint16(0)
	if n := testing.AllocsPerRun(1000, func() { number++; s.add(number) }); n != 0 {
		t.Errorf("%v allocations for a number", n)
	}
}
