package main

import (
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/internal/load/result"
	"github.com/atrium-rtc/atrium/internal/load/scenario"
)

func TestARequirementOfAGroupThatNobodyIsInIsAnErrorBeforehand(t *testing.T) {
	faults, err := scenario.Example("faults")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := faults.Plan()
	if err != nil {
		t.Fatal(err)
	}
	names := []string{result.Clean, result.Affected}
	for _, c := range plan.Clients {
		if names = append(names, c.Group); c.Network.Name != "" {
			names = append(names, c.Network.Name)
		}
	}
	for _, name := range names {
		c := loadCommand{Output: loadOutput{Require: []string{"delivered@" + name + ">=99%"}}}
		if _, err := c.requirements(plan); err != nil {
			t.Errorf("group %s: %v", name, err)
		}
	}
	for text, want := range map[string]string{
		"delivered@claen>=99%": "did you mean clean?",
		"delivered@nosuch>1%":  "there are ",
		"server.cpu<=1":        "--server-metrics",
	} {
		c := loadCommand{Output: loadOutput{Require: []string{text}}}
		if _, err := c.requirements(plan); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	search := loadCommand{
		Capacity: capacityOptions{FindCapacity: true},
		Output:   loadOutput{Require: []string{"delivered@clean>=99%"}},
	}
	if _, err := search.requirements(plan); err == nil || !strings.Contains(err.Error(), "leave out @clean") {
		t.Errorf("a search for a group: %v", err)
	}
}

func TestWhatMakesTheCommandFail(t *testing.T) {
	there := result.Summary{Joined: 3, PacketsSent: 10, Packets: 10}
	for want, run := range map[string]*result.Run{
		"":                             {Total: there},
		"nobody could join":            {},
		"no media was sent":            {Total: result.Summary{Joined: 3}},
		"1 of 2 requirements were not": {Total: there, Verdicts: []result.Verdict{{Met: true}, {}}},
		"before any number":            {Total: there, Capacity: &result.Capacity{}, Stopped: "interrupted"},
		"not even with 1 of":           {Total: there, Capacity: &result.Capacity{Steps: []result.Step{{Subscribers: 1}, {Subscribers: 3}}}},
	} {
		err := new(loadCommand).failure(run)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	held := &result.Run{Total: there, Capacity: &result.Capacity{Subscribers: 7}}
	if err := new(loadCommand).failure(held); err != nil {
		t.Errorf("a search that found 7: %v", err)
	}
}
