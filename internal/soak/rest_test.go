package main

import (
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/usage"
)

func TestAServerIsAtRestWhenNothingHasFallenForAWhile(t *testing.T) {
	start := time.Unix(1000, 0)
	var e ebb
	second := 0
	add := func(goroutines, files int) bool {
		now := start.Add(time.Duration(second) * time.Second)
		second++
		return e.add(usage.Held{Goroutines: goroutines, Files: files, Series: second}, now)
	}
	for second < 10 { // somebody is still leaving
		if add(40-second, 17) {
			t.Fatal("at rest while goroutines end")
		}
	}
	add(31, 16) // a file
	for second < 25 {
		// Readings that see the one before do not count.
		if add(31+second%2, 16+second%2) {
			t.Fatalf("at rest after %d s", second-10)
		}
	}
	if !add(31, 16) {
		t.Errorf("not at rest %v after the last fall", quiet)
	}
	if want := (usage.Held{Goroutines: 31, Files: 16, Series: second}); e.low != want {
		t.Errorf("lowest %+v, want %+v", e.low, want)
	}
}
