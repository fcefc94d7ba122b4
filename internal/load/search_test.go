package load

import (
	"testing"

	"pgregory.net/rapid"
)

func TestSearchFindsTheLargestLoadThatHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		capacity := rapid.IntRange(0, 5000).Draw(t, "capacity")
		start := rapid.IntRange(1, 500).Draw(t, "start")
		limit := rapid.IntRange(1, 4000).Draw(t, "limit")
		s := newSearch(start, limit)
		tries := 0
		for ; !s.done(); tries++ {
			if s.next < 1 || s.next > limit {
				t.Fatalf("tries %d, with a limit of %d", s.next, limit)
			}
			if tries > 40 {
				t.Fatal("does not end")
			}
			s.tried(s.next <= capacity)
		}
		reachable := min(capacity, limit)
		if s.held > reachable {
			t.Fatalf("found %d of %d", s.held, reachable)
		}
		if slack := max(1, int(precision*float64(s.held))); reachable-s.held > slack {
			t.Fatalf("found %d of %d", s.held, reachable)
		}
	})
}

func TestSearchDoublesThenHalves(t *testing.T) {
	s := newSearch(100, 10_000)
	var tried []int
	for !s.done() {
		tried = append(tried, s.next)
		s.tried(s.next <= 700)
	}
	want := []int{100, 200, 400, 800, 600, 700, 750, 725}
	if len(tried) != len(want) {
		t.Fatalf("tried %v, want %v", tried, want)
	}
	for i := range want {
		if tried[i] != want[i] {
			t.Fatalf("tried %v, want %v", tried, want)
		}
	}
	if s.held != 700 || s.broken != 725 {
		t.Errorf("held %d, broken %d", s.held, s.broken)
	}
}
