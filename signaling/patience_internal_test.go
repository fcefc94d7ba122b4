package signaling

import (
	"testing"
	"time"
)

func TestPatienceGrowsWithTheRoom(t *testing.T) {
	for told, want := range map[int]time.Duration{
		0:      0,
		1:      0,
		24:     0,
		25:     25 * time.Millisecond,
		50:     50 * time.Millisecond,
		99:     99 * time.Millisecond,
		100:    100 * time.Millisecond,
		101:    100 * time.Millisecond,
		500:    100 * time.Millisecond,
		20_000: 100 * time.Millisecond,
	} {
		if got := patience(told); got != want {
			t.Errorf("%d are told: %v, want %v", told, got, want)
		}
	}
	for told := range 1000 {
		if patience(told) > patience(told+1) {
			t.Errorf("less patience for %d than for %d", told+1, told)
		}
	}
}
