package load

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/load/result"
	"github.com/atrium-rtc/atrium/internal/load/scenario"
)

func step(n int, held, saturated bool) result.Step {
	return result.Step{Subscribers: n, Held: held, Saturated: saturated, Verdicts: []result.Verdict{
		{Requirement: "delivered>=99.5%", Met: true, Text: "100 %"},
		{Requirement: "latency.p99<=100ms", Met: held, Text: "250 ms"},
	}}
}

func TestCapacityNamesTheNumberAndTheReason(t *testing.T) {
	tests := []struct {
		name      string
		search    search
		steps     []result.Step
		reason    string
		limited   bool
		ascending []int
	}{
		{
			"it broke",
			search{held: 300, broken: 400},
			[]result.Step{step(200, true, false), step(400, false, false), step(300, true, false)},
			"at 400 subscribers: latency.p99<=100ms: 250 ms", false,
			[]int{200, 300, 400},
		},
		{
			"the generator was in the way",
			search{held: 200, broken: 400},
			[]result.Step{step(200, true, false), step(400, false, true)},
			"the generator itself was too busy", true,
			[]int{200, 400},
		},
		{
			"nothing broke",
			search{held: 200},
			[]result.Step{step(200, true, false)},
			"nothing broke: 200", true,
			[]int{200},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &result.Capacity{Steps: tt.steps}
			conclude(c, &tt.search)
			if c.Subscribers != tt.search.held || c.Limited != tt.limited || !strings.Contains(c.Reason, tt.reason) {
				t.Errorf("%+v", c)
			}
			var order []int
			for _, s := range c.Steps {
				order = append(order, s.Subscribers)
			}
			if diff := cmp.Diff(tt.ascending, order); diff != "" {
				t.Errorf("steps (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFindCapacityStopsWhereTheLevelBreaks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := plan(t, func(f *scenario.Flags) { f.Publishers, f.Subscribers = 1, 6 })
	for i := range p.Clients {
		if p.Clients[i].Name == "subscribers-4" {
			// One who never gets in: the server knows the name already.
			p.Clients[i].Steps[0].Name = "subscribers-3"
		}
	}
	r, err := NewRunner(Options{Target: h.target, Plan: p})
	if err != nil {
		t.Fatal(err)
	}
	level, err := result.ParseRequirement("joins.failed<=0")
	if err != nil {
		t.Fatal(err)
	}
	var tried []int
	run, err := r.FindCapacity(t.Context(), CapacityOptions{
		Level: []result.Requirement{level}, Start: 1, Hold: time.Second, Settle: 500 * time.Millisecond, Rate: 50,
		OnStep: func(n int) { tried = append(tried, n) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{1, 2, 4, 3}, tried); diff != "" {
		t.Errorf("tried (-want +got):\n%s", diff)
	}
	c := run.Capacity
	if c.Subscribers != 3 || c.Limited || !strings.Contains(c.Reason, "at 4 subscribers: joins.failed<=0") {
		t.Errorf("capacity %+v", c)
	}
	for _, s := range c.Steps {
		if s.Subscribers <= 3 && (!s.Held || s.Delivered < 0.5) {
			t.Errorf("step %+v", s)
		}
	}
	if n := h.rooms.Stats().Participants; n != 0 {
		t.Errorf("%d participants are still there", n)
	}
}
