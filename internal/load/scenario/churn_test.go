package scenario

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestChurnKeepsThePopulation(t *testing.T) {
	p := plan(t, `
ramp: 5s
groups: {s: {count: 3, publish: true}, a: {count: 20}}
phases:
  - for: 10s
  - for: 60s
    do:
      - churn: a
        rate: 2/s
        away: 3s
  - for: 20s
`)
	for at := 14 * time.Second; at < 70*time.Second; at += 100 * time.Millisecond {
		if n := present(p, "a", at); n != 14 {
			t.Fatalf("at %v there are %d, want 20 less the 6 who are away at 2/s for 3s", at, n)
		}
	}
	for at := 74 * time.Second; at < 90*time.Second; at += time.Second {
		if n := present(p, "a", at); n != 20 {
			t.Fatalf("at %v, after the churn, there are %d, want 20", at, n)
		}
	}
	leaves := 0
	for _, c := range p.Clients {
		for _, s := range c.Steps {
			if s.Do == Leave {
				leaves++
			}
		}
	}
	if leaves != 120 {
		t.Errorf("%d leave in a minute at 2/s", leaves)
	}
	if got := stepsOf(t, p, "s-1"); got != "0s join s-1" {
		t.Errorf("a client of another group: %s", got)
	}
}

func TestChurnByStayIsChurnByRate(t *testing.T) {
	const rest = "\ngroups: {a: {count: 20}}\nphases: [{for: 30s}, {for: 60s, do: [{churn: a, away: 2s, %}]}]\n"
	stay := plan(t, strings.Replace(rest, "%", "stay: 8s", 1))
	rate := plan(t, strings.Replace(rest, "%", "rate: 2/s", 1))
	if diff := cmp.Diff(stay.Clients, rate.Clients); diff != "" {
		t.Errorf("20 who stay 8s and are away 2s do not leave at 2/s:\n%s", diff)
	}
	for _, s := range stay.Clients[:1] {
		var stays []time.Duration
		for i, step := range s.Steps {
			if step.Do == Leave && i > 1 {
				stays = append(stays, step.At-s.Steps[i-1].At)
			}
		}
		if len(stays) < 3 || slices.Min(stays) != 8*time.Second || slices.Max(stays) != 8*time.Second {
			t.Errorf("stays of %v, want 8s", stays)
		}
	}
}

func TestChurnOfAShareLeavesTheOthersAlone(t *testing.T) {
	p := plan(t, "groups: {a: {count: 20}}\nphases: [{for: 30s, do: [{churn: a, share: 25%, stay: 2s, after: 10s}]}]\n")
	if n := count(p, Leave); n != 5 {
		t.Errorf("%d of 20 come and go, want 5", n)
	}
}

func TestChurnPassesOverThoseWhoVanished(t *testing.T) {
	p := plan(t, `
groups: {a: {count: 4}}
phases:
  - for: 10s
    do: [{join: a}]
  - for: 30s
    do:
      - vanish: a
        count: 2
      - churn: a
        rate: 1/s
        away: 1s
`)
	for at := 12 * time.Second; at < 40*time.Second; at += 500 * time.Millisecond {
		if n := present(p, "a", at); n != 1 {
			t.Fatalf("at %v there are %d: of the two who did not vanish, one is always away", at, n)
		}
	}
}
