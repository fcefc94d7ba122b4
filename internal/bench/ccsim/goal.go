package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/atrium-rtc/atrium/internal/bench/ccsim/dumbbell"
	"github.com/atrium-rtc/atrium/sfu/bwe"
)

// The goals that scenarios share.
const (
	usedGoal  = 85  // %, of the link in a steady state
	climbGoal = 70  // %, of a link that always changes
	queueGoal = 100 // ms, 95 % of the packets
	lostGoal  = 2   // %, of packets, on paths that lose none by themselves
	downGoal  = 1   // s, until the estimate is below the link that fell
	upGoal    = 15  // s, until the estimate is 85 % of the link that rose
	shareGoal = 2   // the largest share over the smallest
)

// goal is a figure of a run, and what it should be.
type goal struct {
	name  string
	unit  string
	of    func(t *dumbbell.Trace) float64 // infinite when something never happened
	least float64                         // NaN when there is no limit
	most  float64
}

func figureOf(name, unit string, of func(t *dumbbell.Trace) float64) goal {
	return goal{name: name, unit: unit, of: of, least: math.NaN(), most: math.NaN()}
}

func (g goal) called(name string) goal { g.name = name; return g }

func (g goal) atLeast(limit float64) goal { g.least = limit; return g }

func (g goal) atMost(limit float64) goal { g.most = limit; return g }

// between looks at a part of the run alone.
func (g goal) between(from, to time.Duration) goal {
	of := g.of
	g.of = func(t *dumbbell.Trace) float64 { return of(part(t, from, to)) }
	return g
}

// limited says whether there is anything to reach.
func (g *goal) limited() bool { return !math.IsNaN(g.least) || !math.IsNaN(g.most) }

// met says whether a value is what it should be; one that is not known is not.
func (g *goal) met(value float64) bool {
	return !g.limited() || value >= g.least || value <= g.most
}

// limit says what the goal is, for a table.
func (g *goal) limit() string {
	switch {
	case !math.IsNaN(g.least):
		return strings.TrimSpace(fmt.Sprintf(">= %.4g %s", g.least, g.unit))
	case !math.IsNaN(g.most):
		return strings.TrimSpace(fmt.Sprintf("<= %.4g %s", g.most, g.unit))
	}
	return "-"
}

// part is what of a trace is between two times.
func part(t *dumbbell.Trace, from, to time.Duration) *dumbbell.Trace {
	p := &dumbbell.Trace{Flows: t.Flows}
	for _, s := range t.Samples {
		if s.At > from && s.At <= to {
			p.Samples = append(p.Samples, s)
		}
	}
	for _, d := range t.Delays {
		if d.Sent >= from && d.Sent < to {
			p.Delays = append(p.Delays, d)
		}
	}
	return p
}

// utilisation is how much of the bottleneck all flows used, in %.
func utilisation(from, to time.Duration) goal {
	return figureOf("utilisation", "%", func(t *dumbbell.Trace) float64 {
		var used, capacity float64
		for _, s := range t.Samples {
			capacity += float64(s.Link)
			for _, f := range s.Flows {
				used += float64(f.Passed)
			}
		}
		return 100 * used / capacity
	}).between(from, to)
}

// lost is the share of our packets that the path lost, in %.
func lost(from, to time.Duration) goal {
	return figureOf("lost", "%", func(t *dumbbell.Trace) float64 {
		var lost, sent float64
		for _, s := range t.Samples {
			for i, f := range s.Flows {
				if !t.Flows[i].Foreign {
					lost += float64(f.Lost)
					sent += float64(f.Packets)
				}
			}
		}
		return 100 * lost / sent
	}).between(from, to)
}

// queue is the wait in the queue that 95 % of our packets do not exceed, in ms.
func queue(from, to time.Duration) goal {
	return figureOf("queue p95", "ms", func(t *dumbbell.Trace) float64 {
		waits := make([]time.Duration, 0, len(t.Delays))
		for _, d := range t.Delays {
			waits = append(waits, d.Wait)
		}
		if len(waits) == 0 {
			return math.NaN()
		}
		slices.Sort(waits)
		return float64(waits[len(waits)*95/100]) / float64(time.Millisecond)
	}).between(from, to)
}

// down is the time from a fall of the link until the estimate of the first sender
// is below it, in s.
func down(at time.Duration) goal {
	return figureOf("down", "s", func(t *dumbbell.Trace) float64 {
		return until(t, at, func(s *dumbbell.Sample) bool { return s.Flows[0].Target < s.Link })
	})
}

// up is the time from a rise of the link until the estimate of the first sender
// is 85 % of it, in s.
func up(at time.Duration) goal {
	return figureOf("up", "s", func(t *dumbbell.Trace) float64 {
		return until(t, at, func(s *dumbbell.Sample) bool { return s.Flows[0].Target >= s.Link.Scale(usedGoal/100.0) })
	})
}

// carries is the time until the estimate of the first sender is as much as a
// bitrate, in s.
func carries(at time.Duration, rate bwe.Bitrate) goal {
	return figureOf("up", "s", func(t *dumbbell.Trace) float64 {
		return until(t, at, func(s *dumbbell.Sample) bool { return s.Flows[0].Target >= rate })
	})
}

// until is how long it takes, in s, from a time until a sample is such; infinite
// if none is.
func until(t *dumbbell.Trace, from time.Duration, is func(*dumbbell.Sample) bool) float64 {
	for i := range t.Samples {
		if s := &t.Samples[i]; s.At > from && is(s) {
			return (s.At - from).Seconds()
		}
	}
	return math.Inf(1)
}

// worst is the highest ratio of an estimate to the link, but for the second after
// each fall of the link and while it is away.
func worst() goal {
	return figureOf("worst estimate over link", "", func(t *dumbbell.Trace) float64 {
		highest, fell := 0.0, -time.Second
		for i, s := range t.Samples {
			if i > 0 && s.Link < t.Samples[i-1].Link {
				fell = s.At
			}
			if s.Link == 0 || s.At-fell < downGoal*time.Second {
				continue
			}
			for _, f := range s.Flows {
				highest = max(highest, float64(f.Target)/float64(s.Link))
			}
		}
		return highest
	})
}

// shares is the largest share of a flow in what arrives, over the smallest.
func shares(from, to time.Duration) goal {
	return figureOf("largest share over smallest", "", func(t *dumbbell.Trace) float64 {
		sums := make([]float64, len(t.Flows))
		for _, s := range t.Samples {
			for i, f := range s.Flows {
				sums[i] += float64(f.Arrived)
			}
		}
		return slices.Max(sums) / slices.Min(sums)
	}).between(from, to)
}
