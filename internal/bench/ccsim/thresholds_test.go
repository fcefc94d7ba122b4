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
// (medians of 20 seeds). Of these the tests demand what it reaches, with a margin.
// Who makes it better takes them out.
func notYet() map[string]map[string]float64 {
	return map[string]map[string]float64{
		"step":         {"utilisation at 3 Mbit/s again": 74, "down": 2.0, "up": 30, "queue p95": 142},
		"step-layered": {"down": 2.2},
		"sawtooth":     {"down at 30s": 1.3, "down at 1m0s": 1.4, "down at 1m30s": 1.4, "queue p95": 268},
		"loss-1":       {"queue p95": 105, "queue p95, steady": 100},
		"loss-5":       {"up": 15, "utilisation": 84, "queue p95": 143, "queue p95, steady": 145},
		"loss-10":      {"up": math.Inf(1), "utilisation": 62},
		"rtt-50":       {"queue p95": 112, "queue p95, steady": 100},
		"rtt-200":      {"queue p95": 118, "queue p95, steady": 105},
		"jitter":       {"queue p95": 211, "queue p95, steady": 207},
		"deep":         {"queue p95": 112, "queue p95, steady": 104},
		"shallow":      {"lost": 5.5},
		"two":          {"largest share over smallest": 4.4, "queue p95": 176},
		"fairness":     {"largest share over smallest": 4.9},
		"outage":       {"queue p95": 112},
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
