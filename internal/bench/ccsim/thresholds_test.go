package main

import (
	"flag"
	"testing"
)

var seeds = flag.Int("seeds", 3, "how many `seeds` of each scenario")

// TestTheEstimatorReachesItsGoals holds the medians of some seeds; more of them
// by "go test ./internal/bench/ccsim -seeds 20".
func TestTheEstimatorReachesItsGoals(t *testing.T) {
	t.Skip("the estimator is not there yet")
	for _, r := range play(scenarios(), 1, *seeds, estimator) {
		t.Run(r.scenario.name, func(t *testing.T) {
			for i := range r.scenario.goals {
				g := &r.scenario.goals[i]
				text := told(r.median(i), g.unit) + " (" + span(r.values[i], g.unit) + ")"
				switch {
				case r.met(i) && g.open != "":
					t.Logf("%s: %s, want %s: it could be demanded now", g.name, text, g.limit())
				case r.met(i):
				case g.open != "":
					t.Logf("%s: %s, want %s: %s", g.name, text, g.limit(), g.open)
				default:
					t.Errorf("%s: %s, want %s", g.name, text, g.limit())
				}
			}
		})
	}
}
