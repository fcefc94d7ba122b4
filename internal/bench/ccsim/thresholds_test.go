package main

import (
	"flag"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var seeds = flag.Int("seeds", 3, "how many `seeds` of each scenario")

// notYet are the goals that the estimator does not reach, and how far it comes
// (medians of 20 seeds). Of these the tests demand what it reaches, with a margin. Some
// are reached by the median of 20 and not by that of three. Who makes it better takes them out.
func notYet() map[string]map[string]float64 {
	return map[string]map[string]float64{
		"step":         {"queue p95": 110},
		"step-layered": {"down": 1.1},
		"sawtooth":     {"queue p95": 240},
		"loss-5":       {"up": 12, "utilisation": 85}, // met by 20 seeds, not by any few
		"loss-10":      {"up": 15, "utilisation": 82},
		"jitter":       {"queue p95": 114, "queue p95, steady": 118},
		"shallow":      {"lost": 5.5},
		"two":          {"largest share over smallest": 1.7, "queue p95": 150}, // the share is met by 20
		"fairness":     {"largest share over smallest": 5.6},
	}
}

// demand is what the tests hold of a goal.
func demand(scenario string, g goal) goal {
	const margin = 2
	reached, open := notYet()[scenario][g.name]
	switch {
	case !open:
	case math.IsNaN(g.least):
		g.most = margin * reached
	default:
		g.least = reached / margin
	}
	return g
}

// TestTheEstimatorReachesItsGoals holds the medians of some seeds; more of them
// by "go test ./internal/bench/ccsim -seeds 20".
func TestTheEstimatorReachesItsGoals(t *testing.T) {
	for _, r := range play(scenarios(), 1, *seeds, estimator) {
		t.Run(r.scenario.name, func(t *testing.T) {
			for i, g := range r.scenario.goals {
				d := demand(r.scenario.name, g)
				text := g.name + ": " + told(r.median(i), g.unit) + " (" + span(r.values[i], g.unit) + ")"
				switch {
				case !d.met(r.median(i)):
					t.Errorf("%s, want %s; the goal is %s", text, d.limit(), g.limit())
				case !r.met(i):
					t.Logf("%s, not yet %s", text, g.limit())
				case d.limit() != g.limit():
					t.Logf("%s: the goal of %s may be demanded", text, g.limit())
				}
			}
		})
	}
}

func TestOnlyGoalsThatThereAreAreNotReachedYet(t *testing.T) {
	for name, open := range notYet() {
		list, err := choose(name)
		if err != nil {
			t.Error(err)
			continue
		}
		for goalName := range open {
			if !slices.ContainsFunc(list[0].goals, func(g goal) bool { return g.name == goalName && g.limited() }) {
				t.Errorf("%s: no goal %q", name, goalName)
			}
		}
	}
}

func TestASeedRepeatsARunOfTheEstimator(t *testing.T) {
	s := fairness()
	if diff := cmp.Diff(s.run(1, estimator).Samples, s.run(1, estimator).Samples); diff != "" {
		t.Errorf("(-one +other):\n%s", diff)
	}
}

func BenchmarkTenMinutes(b *testing.B) {
	s := limited()
	for b.Loop() {
		s.run(1, estimator)
	}
}
