package scenario

import (
	"strings"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/link"
)

func TestLiteralScenariosArePlannedToo(t *testing.T) {
	s := Scenario{Duration: time.Minute, Groups: []Group{
		{Name: "a", Count: 2, Publish: &Publish{Audio: true}, Receive: Receive{All}},
	}, Phases: []Phase{{Do: []Instruction{{Verb: VerbMute, Who: Names{Everybody}, Count: 1, Every: 20 * time.Second}}}}}
	p, err := s.Plan()
	if err != nil {
		t.Fatal(err)
	}
	if p.Rooms[0] != "load-1" || p.Name != "load test" || count(p, Mute) == 0 {
		t.Errorf("plan of a literal: %s", render(p))
	}
	s.Groups[0].Count = 0
	s.Phases[0].Do[0].Verb = "dance"
	_, err = s.Plan()
	if want := "groups.a.count: is missing: How many there are in each room."; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	s.Groups[0].Count = 1
	if _, err = s.Plan(); err == nil || !strings.HasPrefix(err.Error(), `phases[1].do[1]: "dance" is not one of`) {
		t.Errorf("error %v", err)
	}
}

func TestAbsurdPlansAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"duration: 1h\nrooms: 1000\ngroups: {a: {count: 100}, b: {count: 1}}\n":                                         "test.yaml:2: rooms: 1000 rooms of 101 clients are 101000 clients, more than 100000",
		"duration: 24h\ngroups: {a: {count: 100000, publish: true}}\nphases: [{do: [{mute: a, every: 1s, for: 1s}]}]\n": "test.yaml: plans more than 1000000 steps: let things happen less often",
	} {
		s, err := Read("test.yaml", []byte(text))
		if err == nil {
			_, err = s.Plan()
		}
		if err == nil || err.Error() != want {
			t.Errorf("%s\ngot  %v\nwant %s", text, err, want)
		}
	}
}

func TestImpossibleLiteralsAreRefused(t *testing.T) {
	right := func() Scenario {
		return Scenario{Duration: time.Minute, Groups: []Group{{Name: "a", Count: 2, Publish: &Publish{Audio: true}}}}
	}
	for want, change := range map[string]func(*Scenario){
		"networks.x.up: loss 2 is not between 0 and 1; delay -1ns is negative": func(s *Scenario) {
			s.Networks = []Network{{Name: "x", Up: link.Link{Loss: 2, Delay: -1}}}
		},
		"networks.x: is there twice":                                        func(s *Scenario) { s.Networks = []Network{{Name: "x"}, {Name: "x"}} },
		"groups.a: is there twice":                                          func(s *Scenario) { s.Groups = append(s.Groups, s.Groups[0]) },
		"groups.a.receive: -2 is neither all, none nor a number of streams": func(s *Scenario) { s.Groups[0].Receive.Streams = -2 },
		"groups.a.network: the shares are 150 % together, more than 100 %":  func(s *Scenario) { s.Groups[0].Network = Mix{{Network: Untouched, Count: 3}} },
		"rooms: -1 is outside 1 to 10000":                                   func(s *Scenario) { s.Rooms = -1 },
		"phases[1].for: -1s is outside 100ms to 24h":                        func(s *Scenario) { s.Phases = []Phase{{For: -time.Second}} },
	} {
		s := right()
		change(&s)
		if _, err := s.Plan(); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	s := right()
	if _, err := s.Plan(); err != nil {
		t.Errorf("what is right is refused: %v", err)
	}
}
