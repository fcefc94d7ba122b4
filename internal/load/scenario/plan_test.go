package scenario

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

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

func TestClientIsCountedUnderEachNameOnce(t *testing.T) {
	tests := []struct {
		client Client
		want   string
	}{
		{Client{Group: "people"}, "clean people"},
		{Client{Group: "people", Faults: []string{"5 % loss"}, Network: Network{Name: "lossy"}}, "affected lossy people"},
		{Client{Group: "mobile", Network: Network{Name: "mobile"}}, "clean mobile"},
		{Client{}, "clean"},
	}
	for _, tt := range tests {
		if got := strings.Join(tt.client.Groups(), " "); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}
