package speaker_test

import (
	"fmt"
	"time"

	"github.com/atrium-rtc/atrium/sfu/speaker"
)

// Three people share two places; the third begins to speak.
func ExampleLoudest() {
	loudest := speaker.NewLoudest[string](2)
	for _, id := range []string{"ada", "ben", "eva"} {
		loudest.Add(id)
	}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, level := range []uint8{70, 55, 30, 28} { // in -dBov
		now = now.Add(20 * time.Millisecond)
		s := speaker.Sample{Level: level, HasLevel: true, Size: 80}
		forward, opened := loudest.Packet("eva", s, now)
		fmt.Println(forward, opened)
	}
	forward, _ := loudest.Packet("ada", speaker.Sample{Level: 70, HasLevel: true, Size: 80}, now)
	fmt.Println("ada:", forward)
	// Output:
	// false false
	// false false
	// true true
	// true false
	// ada: false
}

// A Meter follows each track, and an Election the room.
func ExampleElection() {
	var meter speaker.Meter
	var election speaker.Election[string]
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for range 50 {
		now = now.Add(20 * time.Millisecond)
		meter.Add(speaker.Sample{Level: 30, HasLevel: true, Size: 80}, now)
	}
	s := meter.Snapshot(now)
	fmt.Println(s.Level, s.Speaking, s.Long)
	fmt.Println(election.Decide([]speaker.Candidate[string]{{ID: "ada", Snapshot: s}}, now))
	// Output:
	// -30 true 10
	// ada true
}
