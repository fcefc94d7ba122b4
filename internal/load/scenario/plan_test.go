package scenario

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// parse reads a scenario that must be right. Tabs for the eyes are taken off.
func parse(t *testing.T, text string) Scenario {
	t.Helper()
	s, err := Read("test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func plan(t *testing.T, text string) *Plan {
	t.Helper()
	p, err := parse(t, text).Plan()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// render writes a plan down, a client a line.
func render(p *Plan) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, seed %d, %s, rooms %s\n", p.Name, p.Seed, formatDuration(p.Duration), strings.Join(p.Rooms, " "))
	fmt.Fprintf(&b, "%v\n\n", p.Limits())
	for _, m := range p.Marks {
		fmt.Fprintf(&b, "%v %s\n", m.At, m.Text)
	}
	b.WriteByte('\n')
	for _, c := range p.Clients {
		fmt.Fprintf(&b, "%s in %s", c.Name, c.Room)
		if c.Publish != nil {
			fmt.Fprintf(&b, ", sends %v", c.Publish)
		}
		fmt.Fprintf(&b, ", receives %v", c.Receive)
		if c.Network.Name != "" {
			fmt.Fprintf(&b, ", has %s", c.Network.Name)
		}
		if len(c.Faults) > 0 {
			fmt.Fprintf(&b, ", faults: %s", strings.Join(c.Faults, " | "))
		}
		fmt.Fprintf(&b, "\n    %s\n", steps(c))
	}
	return b.String()
}

// steps writes a client's steps down: "0s join a-1; 20s mute audio".
func steps(c Client) string {
	var texts []string
	for _, s := range c.Steps {
		text := fmt.Sprintf("%v %v", s.At.Round(time.Millisecond), s.Do)
		switch s.Do {
		case Join:
			text += " " + s.Name
		case Mute, Unmute:
			text += " " + string(s.Kind)
		case RequestLayer:
			text += fmt.Sprintf(" %d", s.Layer)
		case ReadSlowly:
			text += fmt.Sprintf(" %d", s.Speed)
		case ChangeNetwork:
			text += fmt.Sprintf(" %q", s.Network.Name)
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, "; ")
}

// count returns how many clients did this.
func count(p *Plan, do Action) int {
	n := 0
	for _, c := range p.Clients {
		if slices.ContainsFunc(c.Steps, func(s Step) bool { return s.Do == do }) {
			n++
		}
	}
	return n
}

// present returns how many clients of a group are in their rooms at a time.
func present(p *Plan, group string, at time.Duration) int {
	n := 0
	for _, c := range p.Clients {
		here := false
		for _, s := range c.Steps {
			if s.At > at {
				break
			}
			switch s.Do {
			case Join:
				here = true
			case Leave, Vanish:
				here = false
			}
		}
		if here && c.Group == group {
			n++
		}
	}
	return n
}

// After a change that means to change the plans:
// go test ./internal/load/scenario -run Golden -update
func TestGoldenPlansOfTheExamples(t *testing.T) {
	for _, name := range Examples() {
		s, err := Example(name)
		if err != nil {
			t.Fatal(err)
		}
		p, err := s.Plan()
		if err != nil {
			t.Fatal(err)
		}
		got, file := render(p), filepath.Join("testdata", name+".plan")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestEveryPlanKeepsTheContractOfItsSteps(t *testing.T) {
	for _, name := range Examples() {
		s, err := Example(name)
		if err != nil {
			t.Fatal(err)
		}
		for seed := range uint64(20) {
			s.Seed = seed
			p, err := s.Plan()
			if err != nil {
				t.Fatal(err)
			}
			for i, c := range p.Clients {
				if c.ID != i {
					t.Errorf("%s: client %d has the ID %d", name, i, c.ID)
				}
				checkSteps(t, name, p.Duration, c)
			}
		}
	}
}

func checkSteps(t *testing.T, name string, end time.Duration, c Client) {
	t.Helper()
	here, last := false, time.Duration(0)
	for i, s := range c.Steps {
		if s.At < last || s.At >= end {
			t.Errorf("%s: %s: step %d is at %v, after %v, before %v", name, c.Name, i, s.At, last, end)
		}
		last = s.At
		switch s.Do {
		case Join:
			if here {
				t.Errorf("%s: %s joins twice: %s", name, c.Name, steps(c))
			}
			here = true
		case Leave, Vanish:
			if !here {
				t.Errorf("%s: %s leaves before it joins: %s", name, c.Name, steps(c))
			}
			here = false
		case ChangeNetwork:
		default:
			if !here {
				t.Errorf("%s: %s cannot %v while away: %s", name, c.Name, s.Do, steps(c))
			}
		}
	}
	if len(c.Steps) == 0 || c.Steps[0].Do != Join || c.Steps[0].Name != c.Name {
		t.Errorf("%s: %s does not begin by joining: %s", name, c.Name, steps(c))
	}
}

func TestTheSameSeedIsTheSamePlan(t *testing.T) {
	s, err := Example("faults")
	if err != nil {
		t.Fatal(err)
	}
	one, err := s.Plan()
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.Plan()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(one, again); diff != "" {
		t.Errorf("the second plan differs:\n%s", diff)
	}
	s.Seed++
	other, err := s.Plan()
	if err != nil {
		t.Fatal(err)
	}
	if other.Seed--; cmp.Equal(one, other) {
		t.Error("another seed is the same plan")
	}
}

func TestTheFaultsExampleHitsATenth(t *testing.T) {
	s, err := Example("faults")
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Plan()
	if err != nil {
		t.Fatal(err)
	}
	lossy, clean := 0, 0
	for _, c := range p.Clients {
		if slices.Contains(c.Faults, "5 % loss") {
			lossy++
		}
		if len(c.Faults) == 0 {
			clean++
		}
	}
	if len(p.Clients) != 60 || lossy != 6 || clean < 30 || p.Duration != 2*time.Minute {
		t.Errorf("%d of %d clients have 5 %% loss, %d are clean, for %v", lossy, len(p.Clients), clean, p.Duration)
	}
	if count(p, Vanish) < 6 || count(p, ReadSlowly) != 3 {
		t.Errorf("%d clients vanish, %d read slowly", count(p, Vanish), count(p, ReadSlowly))
	}
}

func TestRampsSpreadJoinsEvenly(t *testing.T) {
	const rest = `
duration: 30s
rooms: 2
groups:
  a: {count: 2, publish: true}
  b: {count: 3}
`
	for ramp, want := range map[string][]time.Duration{
		"ramp: 10s\n": {0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
		"ramp: 1/s\n": {0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
		"ramp: 0s\n":  {0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
	} {
		var got []time.Duration
		for _, c := range plan(t, ramp+rest).Clients {
			got = append(got, c.Steps[0].At/time.Second)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s joins (-want +got):\n%s", ramp, diff)
		}
	}
}

func TestTheDefaultRampIsShortInShortRuns(t *testing.T) {
	for duration, want := range map[string]time.Duration{"10s": time.Second, "1h": 5 * time.Second} {
		p := plan(t, "duration: "+duration+"\ngroups: {a: {count: 10}}\n")
		if got := p.Clients[9].Steps[0].At; got != want*9/10 {
			t.Errorf("in a run of %s the tenth of ten joins at %v, want %v", duration, got, want*9/10)
		}
	}
}

func TestRoomsFillSideBySideGroupsInOrder(t *testing.T) {
	p := plan(t, "duration: 10s\nrooms: 2\nroom_name: r\ngroups: {s: {count: 2, publish: true}, a: {count: 1}}\n")
	var got []string
	for _, c := range p.Clients {
		got = append(got, c.Name+" "+c.Room)
	}
	want := []string{"s-1 r-1", "s-2 r-2", "s-3 r-1", "s-4 r-2", "a-1 r-1", "a-2 r-2"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("clients in the order they join (-want +got):\n%s", diff)
	}
}

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

func TestMarksSayWhatHappens(t *testing.T) {
	p := plan(t, `
networks: {tunnel: {loss: 20%, delay: 80ms, up: {loss: 0%}}}
groups: {s: {count: 1, publish: true}, a: {count: 10}}
phases:
  - name: first
    for: 10s
    do:
      - join: a
        rate: 2/s
      - mute: [s, a]
        media: both
        after: 6s
        for: 1s
  - for: 20s
    do:
      - network: everybody
        share: 10%
        to: tunnel
      - network: a
        to: as it is
        after: 15s
      - churn: a
        stay: 5s
      - vanish: a
        count: 2
        every: 5s
        over: 1s
        for: 2s
  - name: rest
    for: 5s
`)
	want := []Mark{
		{0, "first: s join over 3.5s; a join at 2/s"},
		{6 * time.Second, "s and a mute audio and video for 1s"},
		{10 * time.Second, "phase 2: 10 % of everybody get network tunnel (up 80ms delay; down 20 % loss, 80ms delay); " +
			"a come and go, staying 5s; 2 of a vanish over 1s for 2s every 5s"},
		{25 * time.Second, "a get the network as it is"},
		{30 * time.Second, "rest"},
	}
	if diff := cmp.Diff(want, p.Marks); diff != "" {
		t.Errorf("marks (-want +got):\n%s", diff)
	}
	if whole := plan(t, "duration: 10s\ngroups: {a: {count: 1}}\n").Marks; !cmp.Equal(whole, []Mark{{0, "everybody join over 1s"}}) {
		t.Errorf("without phases: %v", whole)
	}
}
