package overload_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/atrium-rtc/atrium/internal/overload"
)

func limits() overload.Limits { return overload.Limits{Refuse: 0.85, Accept: 0.70} }

func TestNewcomersAreRefusedAt85PercentAndLetInAt70(t *testing.T) {
	g := overload.NewGate(limits())
	for _, step := range []struct {
		used  float64
		times int
		busy  bool
	}{
		{0.84, 100, false},
		{1, 4, false}, // a burst of joins
		{0.84, 1, false},
		{0.85, 4, false},
		{0.85, 1, true},
		{0.71, 100, true},
		{math.NaN(), 10, true}, // nothing is known
		{0.70, 1, false},
		{0.84, 100, false},
		{0.9, 5, true},
	} {
		for range step.times {
			g.Observe(step.used)
		}
		if g.Busy() != step.busy {
			t.Fatalf("after %d times %.0f %%: busy is %v", step.times, 100*step.used, g.Busy())
		}
	}
}

func TestChangesAreToldOnce(t *testing.T) {
	g := overload.NewGate(limits())
	var told []int
	for i, used := range []float64{0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.6, 0.6} {
		if g.Observe(used) {
			told = append(told, i)
		}
	}
	if !slices.Equal(told, []int{4, 7}) {
		t.Errorf("told at %v, want at 4 and 7", told)
	}
}

func TestWithoutALimitEverybodyComes(t *testing.T) {
	g := overload.NewGate(limits())
	for range 10 {
		g.Observe(1)
	}
	g.SetLimits(overload.Limits{})
	if g.Observe(1); g.Busy() {
		t.Error("still refused after the limit was taken away")
	}
	for range 10 {
		g.Observe(1)
	}
	if g.Busy() {
		t.Error("refused without a limit")
	}
}

// Whatever happens: refused is only who comes after five seconds at the limit, and between two refusals there was a moment
// at or below the lower one.
func TestTheGateDoesNotFlap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := overload.NewGate(limits())
		streak, calm := 0, true
		for range rapid.IntRange(1, 200).Draw(t, "seconds") {
			used := rapid.Float64Range(0, 1).Draw(t, "used")
			was := g.Busy()
			g.Observe(used)
			if used >= 0.85 {
				streak++
			} else {
				streak = 0
			}
			calm = calm || used <= 0.70
			switch {
			case !was && g.Busy() && (streak < 5 || !calm):
				t.Fatalf("refused after %d seconds at the limit, calm before: %v", streak, calm)
			case was && !g.Busy() && used > 0.70:
				t.Fatalf("let in at %v", used)
			case !was && g.Busy():
				calm = false
			}
		}
	})
}
