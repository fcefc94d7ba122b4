package watch

import (
	"testing"
	"time"
)

func TestLatenessIsAgainstTheQuickest(t *testing.T) {
	tr := transit{clockRate: 90000}
	at := func(sent time.Duration, took time.Duration) time.Duration {
		timestamp := uint32(4_294_960_000) + uint32(sent/ms)*90 // wraps after 81 ms
		return tr.lateness(timestamp, begin.Add(sent+took))
	}
	for _, tt := range []struct{ sent, took, want time.Duration }{
		{0, 100 * ms, 0},
		{20 * ms, 130 * ms, 30 * ms},
		{40 * ms, 60 * ms, 0}, // the quickest from here on
		{60 * ms, 100 * ms, 40 * ms},
		{200 * ms, 65 * ms, 5 * ms},
		{100 * ms, 165 * ms, 105 * ms}, // overtaken
		{220 * ms, 60 * ms, 0},
		{50 * time.Second, 75 * ms, 15 * ms}, // a new period, which remembers the one before
		{51 * time.Second, 70 * ms, 10 * ms},
		{85 * time.Second, 75 * ms, 5 * ms}, // one later, 60 ms are forgotten
		{86 * time.Second, 90 * ms, 20 * ms},
	} {
		if got := at(tt.sent, tt.took); got != tt.want {
			t.Errorf("sent at %v for %v: %v late, want %v", tt.sent, tt.took, got, tt.want)
		}
	}
	tr.reset()
	if got := at(90*time.Second, time.Second); got != 0 {
		t.Errorf("%v late after a reset", got)
	}
}

func TestTransitDoesNotOverflowInDays(t *testing.T) {
	tr := transit{clockRate: 90000}
	for i := range 100 * 60 { // a hundred hours in minutes
		sent := time.Duration(i) * time.Minute
		if got := tr.lateness(uint32(i*60*90000), begin.Add(sent)); got != 0 {
			t.Fatalf("%v late after %v", got, sent)
		}
	}
}
