package bwe

import (
	"math"
	"testing"
	"time"
)

// trendOf returns the slope that is, of many deltas, the trend compared with the
// threshold.
func trendOf(modified float64) float64 { return modified / (fullTrend * trendGain) }

const overuseStep = 6 * time.Millisecond

func TestOveruseHasToLast(t *testing.T) {
	o := newOveruseDetector()
	// 3, 9 and 15 ms beyond the threshold: only the last is more than 10.
	for i, want := range []usage{normal, normal, overuse, overuse} {
		at := time.Duration(i) * overuseStep
		if got := o.detect(trendOf(20), fullTrend, overuseStep, at); got != want {
			t.Errorf("after %d trends %v, want %v", i+1, got, want)
		}
	}
}

func TestOveruseNeedsTwoDeltasBeyond(t *testing.T) {
	o := newOveruseDetector()
	if got := o.detect(trendOf(20), fullTrend, time.Second, 0); got != normal {
		t.Errorf("%v after one", got)
	}
	if got := o.detect(trendOf(20), fullTrend, overuseStep, overuseStep); got != overuse {
		t.Errorf("%v after two", got)
	}
}

func TestATrendThatGetsBetterIsNoOveruse(t *testing.T) {
	o := newOveruseDetector()
	for i := range 20 {
		modified := 60 - float64(i)
		if got := o.detect(trendOf(modified), fullTrend, overuseStep, time.Duration(i)*overuseStep); got != normal {
			t.Fatalf("%v while the trend falls to %v", got, modified)
		}
	}
}

func TestAFewDeltasCountLess(t *testing.T) {
	o := newOveruseDetector()
	slope := trendOf(firstThreshold * 2)
	for i, c := range []struct {
		deltas int
		want   usage
	}{{1, normal}, {20, normal}, {29, normal}, {40, normal}, {60, overuse}, {1000, overuse}} {
		if got := o.detect(slope, c.deltas, 20*time.Millisecond, 0); got != c.want {
			t.Errorf("%d: %d deltas are %v, want %v", i, c.deltas, got, c.want)
		}
	}
}

func TestStateFollowsTheTrend(t *testing.T) {
	o := newOveruseDetector()
	for i, c := range []struct {
		modified float64
		want     usage
	}{{30, normal}, {30, overuse}, {29, overuse}, {0, normal}, {-30, underuse}, {-5, normal}} {
		if got := o.detect(trendOf(c.modified), fullTrend, 20*time.Millisecond, 0); got != c.want {
			t.Errorf("%d: trend %v is %v, want %v", i, c.modified, got, c.want)
		}
	}
}

func TestThresholdAdapts(t *testing.T) {
	for _, c := range []struct {
		name     string
		modified float64
		elapsed  time.Duration
		want     float64
	}{
		{"down", 10, 10 * time.Millisecond, 12.5 - 0.039*2.5*10},
		{"up", 22.5, 10 * time.Millisecond, 12.5 + 0.0087*10*10},
		{"up below zero", -22.5, 10 * time.Millisecond, 12.5 + 0.0087*10*10},
		{"not for a spike", 27.6, 10 * time.Millisecond, 12.5},
		{"for 100 ms at most", 22.5, time.Hour, 12.5 + 0.0087*10*100},
		{"not by a clock that goes back", 22.5, -time.Hour, 12.5},
		{"not below 6", 0, 100 * time.Millisecond, 6},
	} {
		o := newOveruseDetector()
		o.adapt(firstThreshold, time.Minute)
		o.adapt(math.Abs(c.modified), time.Minute+c.elapsed)
		if math.Abs(o.threshold-c.want) > 1e-9 {
			t.Errorf("%s: threshold %v, want %v", c.name, o.threshold, c.want)
		}
	}
}

func TestThresholdEndsAt600(t *testing.T) {
	o := newOveruseDetector()
	for i := range 10_000 {
		o.adapt(o.threshold+14, time.Duration(i)*100*time.Millisecond)
	}
	if o.threshold != maxThreshold {
		t.Errorf("threshold %v, want 600", o.threshold)
	}
}
