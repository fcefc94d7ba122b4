package scenario

import (
	"reflect"
	"slices"
	"strings"
	"time"
)

// The bounds of what is planned. A machine gives out long before; these keep
// slips of the pen from filling its memory.
const (
	maxClients = 100_000
	maxSteps   = 1_000_000

	// scannedPerStep is how many clients an instruction may look through for the
	// price of a step.
	scannedPerStep = 64
)

// validate returns what is wrong with the scenario without simulating it.
func (s *Scenario) validate() Problems {
	found := checkRanges(s.origins, "", reflect.ValueOf(*s))
	for _, check := range []func() Problems{s.checkGroups, s.checkNetworks, s.checkPhases} {
		found = append(found, check()...)
	}
	if len(found) > 0 {
		return found
	}
	perRoom := 0
	for _, g := range s.Groups {
		perRoom += g.Count
	}
	if total := perRoom * s.rooms(); total > maxClients {
		found = append(found, s.problem("rooms", "%d rooms of %d clients are %d clients, more than %d", s.rooms(), perRoom, total, maxClients))
	}
	for i, p := range s.Phases {
		for j, in := range p.Do {
			found = append(found, s.checkInstruction(item("phases", i)+"."+item("do", j), in)...)
		}
	}
	return found
}

func (s *Scenario) problem(path, format string, args ...any) Problem {
	return s.origins.problem(path, format, args...)
}

func (s *Scenario) rooms() int { return max(s.Rooms, 1) }

func (s *Scenario) checkGroups() Problems {
	var found Problems
	seen := map[string]bool{}
	for _, g := range s.Groups {
		at := below("groups", g.Name)
		switch {
		case g.Name == "" || strings.ContainsAny(g.Name, " .[],"):
			found = append(found, s.problem(at, "%q is not a name: use letters, digits, dashes and underscores", g.Name))
		case g.Name == Everybody:
			found = append(found, s.problem(at, "%q stands for all groups: choose another name", Everybody))
		case seen[g.Name]:
			found = append(found, s.problem(at, "is there twice"))
		}
		seen[g.Name] = true
		if g.Publish != nil {
			if err := g.Publish.check(); err != nil {
				found = append(found, s.problem(below(at, "publish"), "%v", err))
			}
		}
		if g.Receive.Streams < All {
			found = append(found, s.problem(below(at, "receive"), "%d is neither all, none nor a number of streams", g.Receive.Streams))
		}
		found = append(found, s.checkMix(below(at, "network"), g)...)
	}
	return found
}

func (s *Scenario) checkMix(path string, g Group) Problems {
	var found Problems
	total, count := Share(0), 0
	for _, p := range g.Network {
		at := below(path, p.Network)
		if !slices.Contains(s.networkNames(), p.Network) {
			found = append(found, s.problem(at, "there is no network %q%s", p.Network, suggest(p.Network, s.networkNames())))
		}
		if p.Share < 0 || p.Count < 0 || p.Share == 0 && p.Count == 0 {
			found = append(found, s.problem(at, "is for nobody: give it a share above 0 %%"))
		}
		total += p.Share
		count += p.Count
	}
	const noise = 1e-9
	if all := g.Count * s.rooms(); total > 1+noise || count+total.Of(all) > all {
		found = append(found, s.problem(path, "the shares are %v together, more than 100 %%", total+Share(float64(count)/float64(max(all, 1)))))
	}
	return found
}

func (s *Scenario) networkNames() []string {
	names := []string{Untouched}
	for _, n := range s.Networks {
		names = append(names, n.Name)
	}
	return names
}

func (s *Scenario) checkNetworks() Problems {
	var found Problems
	for i, n := range s.Networks {
		at := below("networks", n.Name)
		if n.Name == "" || n.Name == Untouched {
			found = append(found, s.problem(at, "%q cannot be the name of a network", n.Name))
		}
		if slices.ContainsFunc(s.Networks[:i], func(o Network) bool { return o.Name == n.Name }) {
			found = append(found, s.problem(at, "is there twice"))
		}
		for _, way := range []struct {
			name string
			err  error
		}{{"up", n.Up.Validate()}, {"down", n.Down.Validate()}} {
			if way.err != nil {
				found = append(found, s.problem(below(at, way.name), "%s", strings.ReplaceAll(way.err.Error(), "\n", "; ")))
			}
		}
	}
	return found
}

// checkPhases checks that the phases fill the duration.
func (s *Scenario) checkPhases() Problems {
	var found Problems
	for i, p := range s.Phases {
		last := i == len(s.Phases)-1
		if p.For == 0 && (!last || s.Duration == 0) && !s.given(item("phases", i)+".for") {
			found = append(found, s.problem(item("phases", i), "does not say for how long; only the last phase may, if there is a duration"))
		}
	}
	if len(found) > 0 {
		return found
	}
	total, phases := s.length(), s.phasesLength()
	last := len(s.Phases) - 1
	switch {
	case s.Duration == 0 && last < 0 && !s.given("duration"):
		found = append(found, s.problem("duration", "is missing: say how long the test takes"))
	case total > 24*time.Hour && s.Duration == 0:
		found = append(found, s.problem("phases", "take %s together, more than 24h", formatDuration(total)))
	case last < 0:
	case s.Phases[last].For == 0 && phases >= total:
		found = append(found, s.problem(item("phases", last), "has no time left: the phases before it take %s of %s", formatDuration(phases), formatDuration(total)))
	case s.Phases[last].For > 0 && phases != total:
		found = append(found, s.problem("duration", "is %s, but the phases take %s: leave out one of them, or the time of the last phase", formatDuration(total), formatDuration(phases)))
	}
	return found
}

func (s *Scenario) given(path string) bool { return s.origins.given(path) }

// length is how long the test takes.
func (s *Scenario) length() time.Duration {
	if s.Duration > 0 {
		return s.Duration
	}
	return s.phasesLength()
}

func (s *Scenario) phasesLength() time.Duration {
	total := time.Duration(0)
	for _, p := range s.Phases {
		total += p.For
	}
	return total
}

// span is when a phase begins and ends.
type span struct{ from, to time.Duration }

func (s *Scenario) spans() []span {
	var spans []span
	at := time.Duration(0)
	for _, p := range s.Phases {
		end := at + p.For
		if p.For == 0 {
			end = s.length()
		}
		spans = append(spans, span{at, end})
		at = end
	}
	return spans
}
