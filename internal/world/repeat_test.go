package world_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/world"
)

// A family and a seed are a script, to the last number.
func TestASeedDrawsTheSameScriptAgain(t *testing.T) {
	for _, s := range seeds(t) {
		if a, b := draw(t, s.family, s.seed), draw(t, s.family, s.seed); a.String() != b.String() {
			t.Fatalf("%v\n%v", a, b)
		}
		if a, b := draw(t, s.family, s.seed), draw(t, s.family, s.seed+1000); a.String() == b.String() {
			t.Fatalf("%s/%d and %d are the same", s.family, s.seed, s.seed+1000)
		}
	}
}

// What happens repeats, and which frames come, but for one at the beginning of a
// connection, see world.SameRun.
func TestASeedRepeats(t *testing.T) {
	for _, of := range []seedOf{{family: "calm", seed: 3}, {family: "loss", seed: 2}, {family: "cut", seed: 1}, {family: "outage", seed: 1}} {
		t.Run(of.family, func(t *testing.T) {
			t.Parallel()
			if !usual(of.family) {
				t.Skip("slow under the race detector")
			}
			one, other := play(t, draw(t, of.family, of.seed)), play(t, draw(t, of.family, of.seed))
			if diff := cmp.Diff(one.Trace, other.Trace); diff != "" {
				t.Errorf("two runs of one seed (-first +second):\n%s", diff)
			}
			if found := world.Compare(&one, &other, world.SameRun); len(found) > 0 {
				t.Errorf("two runs of one seed:\n%s", strings.Join(found, "\n"))
			}
		})
	}
}
