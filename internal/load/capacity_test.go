package load

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/load/result"
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
