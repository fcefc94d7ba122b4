package bwe

import (
	"math"
	"testing"
	"time"
)

// lineOf feeds a trendline n deltas of groups, sent 20 ms apart, that arrive
// further apart by the share.
func lineOf(t *trendline, n int, share float64, arrived *time.Duration) {
	const sent = 20 * time.Millisecond
	for range n {
		d := groupDelta{sent: sent, arrived: sent + time.Duration(share*float64(sent))}
		*arrived += d.arrived
		t.add(d, *arrived)
	}
}

func TestSlopeNeedsAWholeWindow(t *testing.T) {
	var line trendline
	var arrived time.Duration
	lineOf(&line, trendWindow-1, 0.5, &arrived)
	if value, deltas := line.slope(); value != 0 || deltas != trendWindow-1 {
		t.Errorf("slope %v of %d deltas, want 0 of 19", value, deltas)
	}
	lineOf(&line, 1, 0.5, &arrived)
	if value, deltas := line.slope(); value <= 0 || deltas != trendWindow {
		t.Errorf("slope %v of %d deltas, want more than 0 of 20", value, deltas)
	}
}

// TestSlopeApproachesTheShareThatQueues: of what arrives share/(1+share) more
// delay comes in each unit of time, when the smoothing has caught up.
func TestSlopeApproachesTheShareThatQueues(t *testing.T) {
	for _, share := range []float64{-0.5, -0.1, 0, 0.1, 0.5, 2} {
		var line trendline
		var arrived time.Duration
		lineOf(&line, 200, share, &arrived)
		value, _ := line.slope()
		if want := share / (1 + share); math.Abs(value-want) > 1e-4 {
			t.Errorf("share %v: slope %v, want %v", share, value, want)
		}
	}
}

func TestSlopeIsThatOfLeastSquares(t *testing.T) {
	var line trendline
	for i := range line.points { // y = x²/100, whose least-squares slope over 0..19 is 0.19
		x := float64(i)
		line.points[i] = trendPoint{arrivedAt(x), x * x / 100}
	}
	if got := line.fit(); math.Abs(got-0.19) > 1e-12 {
		t.Errorf("slope %v, want 0.19", got)
	}
}

func TestSlopeStaysWhenAllArrivesAtOnce(t *testing.T) {
	var line trendline
	for range 100 {
		line.add(groupDelta{sent: 10 * time.Millisecond}, time.Second)
	}
	if value, _ := line.slope(); value != 0 {
		t.Errorf("slope %v, want 0", value)
	}
}

func TestSlopeForgetsAnotherClock(t *testing.T) {
	var line trendline
	var arrived time.Duration
	lineOf(&line, 100, 0.5, &arrived)
	arrived -= time.Hour
	lineOf(&line, 1, 0.5, &arrived)
	if value, deltas := line.slope(); value != 0 || deltas != 101 {
		t.Errorf("slope %v of %d deltas after the jump, want 0 of 101", value, deltas)
	}
	lineOf(&line, 100, 0.5, &arrived)
	if value, _ := line.slope(); math.Abs(value-1.0/3) > 1e-3 {
		t.Errorf("slope %v, want 1/3", value)
	}
}

func TestDeltasAreCountedTo1000(t *testing.T) {
	var line trendline
	var arrived time.Duration
	lineOf(&line, 70_000, 0, &arrived)
	if _, deltas := line.slope(); deltas != maxDeltas {
		t.Errorf("%d deltas, want %d", deltas, maxDeltas)
	}
}
