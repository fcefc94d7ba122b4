package load

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

func TestSearchFindsTheLargestLoadThatHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		capacity := rapid.IntRange(0, 5000).Draw(t, "capacity")
		start := rapid.IntRange(1, 500).Draw(t, "start")
		limit := rapid.IntRange(1, 4000).Draw(t, "limit")
		s := newSearch(start, limit)
		tries := 0
		for ; !s.done(); tries++ {
			if s.next < 1 || s.next > limit {
				t.Fatalf("tries %d, with a limit of %d", s.next, limit)
			}
			if tries > 40 {
				t.Fatal("does not end")
			}
			s.tried(s.next <= capacity)
		}
		reachable := min(capacity, limit)
		if s.held > reachable {
			t.Fatalf("found %d of %d", s.held, reachable)
		}
		if slack := max(1, int(precision*float64(s.held))); reachable-s.held > slack {
			t.Fatalf("found %d of %d", s.held, reachable)
		}
	})
}

func TestSearchDoublesThenHalves(t *testing.T) {
	s := newSearch(100, 10_000)
	var tried []int
	for !s.done() {
		tried = append(tried, s.next)
		s.tried(s.next <= 700)
	}
	want := []int{100, 200, 400, 800, 600, 700, 750, 725}
	if len(tried) != len(want) {
		t.Fatalf("tried %v, want %v", tried, want)
	}
	for i := range want {
		if tried[i] != want[i] {
			t.Fatalf("tried %v, want %v", tried, want)
		}
	}
	if s.held != 700 || s.broken != 725 {
		t.Errorf("held %d, broken %d", s.held, s.broken)
	}
}

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
		{
			"nothing held",
			search{broken: 1},
			[]result.Step{step(1, false, false)},
			"at 1 subscriber: latency.p99<=100ms: 250 ms", false,
			[]int{1},
		},
		{
			"interrupted",
			search{held: 200, next: 400},
			[]result.Step{step(200, true, false)},
			"interrupted: at least 200 subscribers held", true,
			[]int{200},
		},
		{
			"interrupted on the way down",
			search{held: 200, broken: 400, next: 300},
			[]result.Step{step(200, true, false), step(400, false, false)},
			"interrupted: at least 200 subscribers held", true,
			[]int{200, 400},
		},
		{
			"interrupted at once",
			search{next: 50},
			nil,
			"interrupted before any number held", true,
			nil,
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

func TestStepHoldsOnlyWithEverybody(t *testing.T) {
	window := result.Summary{Packets: 100}
	tests := []struct {
		name   string
		absent absence
		want   []result.Verdict
	}{
		{"everybody", absence{of: 8}, nil},
		{"some outside", absence{of: 8, outside: 1}, []result.Verdict{{Requirement: "everybody inside", Value: 7, Text: "1 of 8 not in the room"}}},
		{"some dark", absence{of: 8, dark: 3}, []result.Verdict{{Requirement: "everybody inside", Value: 5, Text: "3 of 8 without media"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := append(tt.want, result.Verdict{Requirement: "delivered>=99%", Met: true, Value: 1, Text: "100 %"})
			got := judge(level(t, "delivered>=99%"), window, nil, tt.absent)
			if diff := cmp.Diff(want, got.Verdicts); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got.Subscribers != 8 || got.Held != (tt.want == nil) {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestStepIsJudgedByItsOwnPoints(t *testing.T) {
	points := []result.Point{
		{ServerCPU: 1, ServerMemory: 50, CPU: 0.5, Memory: 1},
		{CPU: 0.5, Memory: 1, Saturated: true}, // the server could not be asked
		{ServerCPU: 2, ServerMemory: 40, CPU: 2, Memory: 1, Saturated: true},
	}
	list := level(t, "server.cpu<=1.5", "server.memory<=50B", "server.memory<=49B")
	got := judge(list, result.Summary{}, points, absence{of: 5})
	var met []bool
	for _, v := range got.Verdicts {
		met = append(met, v.Met)
	}
	if diff := cmp.Diff([]bool{true, true, false}, met); diff != "" {
		t.Errorf("met (-want +got):\n%s", diff)
	}
	got.Verdicts = nil
	want := result.Step{Subscribers: 5, Delivered: 1, ServerCPU: 1.5, ServerMemory: 50, CPU: 1, Saturated: true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if unread := judge(list[:1], result.Summary{}, points[1:2], absence{of: 5}); unread.Held {
		t.Errorf("held without a reading: %+v", unread)
	}
}
