package load

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

// search decides which loads to try to find the largest that holds: it doubles
// until one breaks, then halves the distance. It assumes that a load above one
// that broke would break too. It is owned by one goroutine.
type search struct {
	limit  int // never try more
	next   int // to try; 0 when done
	held   int // largest that held
	broken int // smallest that broke; 0 while none
}

// precision is the distance between held and broken at which the answer is good
// enough, as a share of held: runs differ by more.
const precision = 0.05

func newSearch(start, limit int) *search {
	limit = max(limit, 1)
	return &search{limit: limit, next: min(max(start, 1), limit)}
}

// tried records how the load s.next did and chooses the next one.
func (s *search) tried(held bool) {
	if held {
		s.held = max(s.held, s.next)
	} else if s.broken == 0 || s.next < s.broken {
		s.broken = s.next
	}
	switch {
	case s.broken == 0 && s.held >= s.limit:
		s.next = 0
	case s.broken == 0:
		s.next = min(2*s.held, s.limit)
	case s.broken-s.held <= max(1, int(precision*float64(s.held))):
		s.next = 0
	default:
		s.next = s.held + (s.broken-s.held)/2
	}
}

// done reports whether the answer is held.
func (s *search) done() bool { return s.next == 0 }

// judgeable returns an error if a step's own figures cannot tell whether a
// requirement is met: then the search would judge what other steps did.
func judgeable(r result.Requirement, usage bool) error {
	switch {
	case r.Group != "":
		return errors.New("a search for the capacity judges all subscribers together, not a group")
	case slices.Contains([]string{"errors", "freeze.longest", "server.cpu.max", "server.cpu_per_packet"}, r.Metric):
		return errors.New("is known for the whole run only, not for each step of a search for the capacity")
	case strings.HasPrefix(r.Metric, "server.") && !usage:
		return errors.New("the server's usage is not measured")
	}
	return nil
}

// absence is who was let in and is not there.
type absence struct {
	of      int // all who were let in
	outside int // of them, not in their rooms
	dark    int // of them, in their rooms without all their media
}

func (a absence) total() int { return a.outside + a.dark }

func (a absence) String() string {
	var parts []string
	if a.outside > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d not in the room", a.outside, a.of))
	}
	if a.dark > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d without media", a.dark, a.of))
	}
	return strings.Join(parts, ", ")
}

// judge makes the step of what was measured: what was seen in its window and the
// window's points. It holds if it meets the level and nobody is absent: what
// those would have seen is in no figure.
func judge(level []result.Requirement, window result.Summary, points []result.Point, absent absence) result.Step {
	step := result.Step{
		Subscribers: absent.of, Held: absent.total() == 0,
		Delivered: window.Delivered(), FrozenShare: window.FrozenShare(),
		LatencyP50: result.Millis(window.Latency.P50), LatencyP99: result.Millis(window.Latency.P99),
	}
	strained, own, server := 0, 0, 0
	for _, p := range points {
		if p.CPU > 0 || p.Memory > 0 { // else a gap: it could not be read
			step.CPU += p.CPU
			own++
		}
		if p.ServerCPU > 0 || p.ServerMemory > 0 {
			step.ServerCPU += p.ServerCPU
			step.ServerMemory = max(step.ServerMemory, p.ServerMemory)
			server++
		}
		if p.Saturated {
			strained++
		}
	}
	step.CPU /= float64(max(own, 1))
	step.ServerCPU /= float64(max(server, 1))
	step.Saturated = 2*strained > len(points)
	run := &result.Run{Total: window}
	if server > 0 {
		run.Server = &result.Usage{CPUMean: step.ServerCPU, MemoryMax: step.ServerMemory}
	}
	if !step.Held {
		step.Verdicts = append(step.Verdicts, result.Verdict{
			Requirement: "everybody inside", Value: float64(absent.of - absent.total()), Text: absent.String(),
		})
	}
	for _, r := range level {
		v := r.Judge(run)
		step.Verdicts = append(step.Verdicts, v)
		step.Held = step.Held && v.Met
	}
	return step
}

// conclude states the answer: the number, and what broke above it. A search that
// is not done was interrupted.
func conclude(c *result.Capacity, s *search) {
	slices.SortFunc(c.Steps, func(a, b result.Step) int { return a.Subscribers - b.Subscribers })
	c.Subscribers = s.held
	switch {
	case !s.done() && s.held == 0:
		c.Limited, c.Reason = true, "interrupted before any number held"
	case !s.done():
		c.Limited, c.Reason = true, fmt.Sprintf("interrupted: at least %s held", subscribers(s.held))
	case s.broken == 0:
		c.Limited, c.Reason = true, fmt.Sprintf("nothing broke: %s are as many as were asked for", subscribers(s.held))
	default:
		broken := c.Steps[slices.IndexFunc(c.Steps, func(step result.Step) bool { return step.Subscribers == s.broken })]
		c.Limited, c.Reason = broken.Saturated, broke(&broken)
	}
}

// broke says why a step did not hold.
func broke(step *result.Step) string {
	var reasons []string
	for _, v := range step.Verdicts {
		if !v.Met {
			reasons = append(reasons, fmt.Sprintf("%s: %s", v.Requirement, v.Text))
		}
	}
	text := fmt.Sprintf("at %s: %s", subscribers(step.Subscribers), strings.Join(reasons, "; "))
	if step.Saturated {
		text += " (but the generator itself was too busy: the server may take more)"
	}
	return text
}

func subscribers(n int) string {
	if n == 1 {
		return "1 subscriber"
	}
	return fmt.Sprintf("%d subscribers", n)
}

func levelText(level []result.Requirement) string {
	texts := make([]string, len(level))
	for i, r := range level {
		texts[i] = r.String()
	}
	return strings.Join(texts, ", ")
}
