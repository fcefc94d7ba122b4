package scenario

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// parse reads a scenario that must be right.
func parse(t *testing.T, text string) Scenario {
	t.Helper()
	s, err := Read("test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// plan plans a scenario that must be right.
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

// checkSteps holds a client's steps against the contract of Action.
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
