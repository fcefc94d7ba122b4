package scenario

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSharesRoundToTheNearest(t *testing.T) {
	for _, tt := range []struct {
		share string
		of    int
		want  int
	}{
		{"10%", 50, 5}, {"5%", 60, 3}, {"33%", 10, 3}, {"50%", 5, 3}, {"29%", 50, 15}, {"7%", 100, 7}, {"100%", 7, 7}, {"0.5%", 1000, 5},
	} {
		p := plan(t, fmt.Sprintf("duration: 10s\nnetworks: {bad: {loss: 1%%}}\ngroups: {a: {count: %d, network: {bad: %s}}}\n"+
			"phases: [{do: [{read_slowly: a, speed: 0B/s, share: %s}]}]\n", tt.of, tt.share, tt.share))
		bad := 0
		for _, c := range p.Clients {
			if c.Network.Name == "bad" {
				bad++
			}
		}
		if bad != tt.want || count(p, ReadSlowly) != tt.want {
			t.Errorf("%s of %d: %d have the network, %d are chosen, want %d", tt.share, tt.of, bad, count(p, ReadSlowly), tt.want)
		}
	}
}

func TestSharesOfAMixNeverOverlap(t *testing.T) {
	p := plan(t, `
duration: 10s
networks: {a: {loss: 1%}, b: {loss: 2%}, c: {loss: 3%}}
groups: {g: {count: 7, network: {a: 50%, b: 20%, c: 30%}}}
`)
	got := map[string]int{}
	for _, c := range p.Clients {
		got[c.Network.Name]++
	}
	if diff := cmp.Diff(map[string]int{"a": 4, "b": 1, "c": 2}, got); diff != "" {
		t.Errorf("clients by network (-want +got):\n%s", diff)
	}
}

func TestAnotherInstructionDoesNotChangeWhoIsChosen(t *testing.T) {
	const one = `
duration: 20s
groups: {a: {count: 40}}
phases:
  - for: 10s
    do: [{read_slowly: a, share: 10%, speed: 5B/s}]
  - do: [`
	chosen := func(text string) []string {
		var names []string
		for _, c := range plan(t, text).Clients {
			if len(c.Faults) > 0 {
				names = append(names, c.Name)
			}
		}
		return names
	}
	if diff := cmp.Diff(chosen(one+"]\n"), chosen(one+"{layer: a, to: low, share: 30%}]\n")); diff != "" {
		t.Errorf("who reads slowly changed:\n%s", diff)
	}
}
