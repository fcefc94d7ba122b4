package bwe

import (
	"math/rand/v2"
	"testing"
)

func TestWrappingClockFollowsTimeInAnyOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var c wrappingClock
	const start = 1<<32 - 1000
	first := c.unwrap(start)
	now := int64(start)
	for range 100_000 {
		now += int64(random.IntN(1 << 24))
		reading := now - int64(random.IntN(1<<28)) // overtaken
		if got := c.unwrap(uint32(reading)) - first; got != reading-start {
			t.Fatalf("%d ticks after the first, want %d", got, reading-start)
		}
	}
}

func TestWrappingClockStaysInBounds(t *testing.T) {
	for _, step := range []uint32{1<<31 - 1, 1 << 31, 1<<31 + 1} {
		var c wrappingClock
		reading := uint32(0)
		for range 100_000 {
			reading += step
			if got := c.unwrap(reading); got > maxTicks || got < -maxTicks || uint32(got) != reading {
				t.Fatalf("reading %#x is %d ticks", reading, got)
			}
		}
	}
}
