package dumbbell

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestEventsHappenByTimeAndThenInTheirOrder(t *testing.T) {
	type key struct {
		at     time.Duration
		number int
	}
	var s schedule
	var want, got []key
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 2000 {
		k := key{time.Duration(random.IntN(100)), i}
		want = append(want, k)
		s.at(k.at, func() {
			if s.now != k.at {
				t.Fatalf("at %v, not %v", s.now, k.at)
			}
			got = append(got, k)
		})
	}
	slices.SortStableFunc(want, func(a, b key) int { return int(a.at - b.at) })
	s.run(time.Second)
	if !slices.Equal(got, want) {
		t.Error("another order")
	}
}

func TestNothingHappensInThePastOrAfterTheEnd(t *testing.T) {
	var s schedule
	var seen []time.Duration
	note := func() { seen = append(seen, s.now) }
	s.at(5, func() { s.at(1, note) })
	s.every(4, 4, note)
	s.run(12)
	if want := []time.Duration{4, 5, 8, 12}; !slices.Equal(seen, want) || s.now != 12 {
		t.Errorf("%v, want %v", seen, want)
	}
}
