package scenario

import (
	"strings"
	"testing"
)

func TestHowClientsConnect(t *testing.T) {
	tests := []struct {
		text, shown string
		want        Connections
		fails       bool
	}{
		{"separate", "separate", Separate, false},
		{"Paired", "paired", Paired, false},
		{"100%", "paired", Paired, false},
		{"25 %", "25 %", 0.25, false},
		{"pared", "", 0, true},
		{"0.5", "", 0, true},
		{"120%", "", 0, true},
	}
	for _, tt := range tests {
		got, err := ParseConnections(tt.text)
		if got != tt.want || (err != nil) != tt.fails {
			t.Errorf("%q: %v, %v", tt.text, got, err)
		}
		if err == nil && got.String() != tt.shown {
			t.Errorf("%q is shown as %q", tt.text, got)
		}
	}
}

func TestAShareOfAGroupIsPaired(t *testing.T) {
	s, err := Read("", []byte(`
duration: 10s
rooms: 2
groups:
  a: {count: 5, publish: true, connections: 30%}
  b: {count: 2, connections: paired}
  c: {count: 1}
`))
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Plan()
	if err != nil {
		t.Fatal(err)
	}
	paired := map[string]int{}
	for _, c := range p.Clients {
		if c.Paired {
			paired[c.Group]++
			if !strings.Contains(strings.Join(c.Groups(), " "), "paired") {
				t.Errorf("%s is counted as %v", c.Name, c.Groups())
			}
		}
	}
	if paired["a"] != 3 || paired["b"] != 4 || paired["c"] != 0 {
		t.Errorf("paired are %v", paired)
	}
	// a room: 5 that send 5 and receive 4 each, 2 and 1 that receive 5 each. The
	// paired ones receive on one connection.
	limits := p.Limits()
	want := 10 + (10-3)*4 + 3 + 4 + 2*5
	if limits.Connections != want || limits.Files != spareFiles+16+want {
		t.Errorf("%d connections and %d files, want %d connections", limits.Connections, limits.Files, want)
	}
}

func TestAShareThatIsNobodyIsAProblem(t *testing.T) {
	s, err := Read("", []byte("duration: 10s\ngroups: {a: {count: 3, publish: true, connections: 1%}}"))
	if err == nil {
		_, err = s.Plan()
	}
	if err == nil || !strings.Contains(err.Error(), "nobody") {
		t.Errorf("error %v", err)
	}
}
