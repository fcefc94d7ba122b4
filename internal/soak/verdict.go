package main

import (
	"fmt"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

// The figures of R8 and R9.
const (
	joinWithin   = 10 * time.Second // to the room, and to the first picture
	heapGrowth   = 0.01             // of the mean, in heapPeriod
	heapPeriod   = 10 * time.Minute
	heapWarmUp   = 5 * time.Minute  // of a soak, before its heap is judged
	heapShortest = 20 * time.Minute // from which a slope says something
)

// outcome is what a test found.
type outcome struct {
	run           *result.Run
	before, after rest
	heap          []heapSample // while the plan went on
	began         time.Time
}

// leaks holds what is left over against what was there before.
func (o *outcome) leaks() []result.Verdict {
	return []result.Verdict{
		leftOver("goroutines", o.before.Goroutines, o.after.Goroutines),
		leftOver("files", o.before.Files, o.after.Files),
	}
}

func leftOver(what string, before, after int) result.Verdict {
	return result.Verdict{
		Requirement: what + " at rest: +0", Met: after <= before, Value: float64(after - before),
		Text: fmt.Sprintf("%d before, %d after (%+d)", before, after, after-before),
	}
}

// slope holds the heap against its bound. A test that is too short for a slope
// has no such verdict.
func (o *outcome) slope() []result.Verdict {
	samples := since(o.heap, o.began.Add(heapWarmUp))
	if len(samples) < 2 || samples[len(samples)-1].at.Sub(samples[0].at) < heapShortest {
		return nil
	}
	l := fit(samples)
	growth := l.growth(heapPeriod)
	return []result.Verdict{{
		Requirement: fmt.Sprintf("live heap: slope < %.0f %% per %.0f min", 100*heapGrowth, heapPeriod.Minutes()),
		Met:         growth < heapGrowth, Value: growth,
		Text: fmt.Sprintf("%+.2f %% of %s, by %d samples of %s", 100*growth, result.Octet.Format(l.mean),
			len(samples), samples[len(samples)-1].at.Sub(samples[0].at).Round(time.Second)),
	}}
}

// joins holds what the clients saw against R8.
func (o *outcome) joins() []result.Verdict {
	t := &o.run.Total
	// Whoever comes joins one room and asks for one stream, but for the speakers.
	missing := int(t.Join.Count) - o.run.Planned.Publishers - int(t.FirstKeyframe.Count) //nolint:gosec // of one test
	return []result.Verdict{
		{Requirement: "joins that failed: 0", Met: t.JoinFailures == 0, Value: float64(t.JoinFailures), Text: fmt.Sprint(t.JoinFailures)},
		{Requirement: "joins without a picture: 0", Met: missing <= 0, Value: float64(missing), Text: fmt.Sprintf("%d of %d", missing, t.Join.Count)},
		within("join to the answer", t.Join), within("join to the first picture", t.FirstKeyframe),
	}
}

func within(what string, d result.Distribution) result.Verdict {
	bound := float64(joinWithin.Milliseconds())
	return result.Verdict{
		Requirement: fmt.Sprintf("%s: at most %v", what, joinWithin), Met: d.Count > 0 && d.Max <= bound, Value: d.Max,
		Text: fmt.Sprintf("longest %s, p99 %s", result.Millisecond.Format(d.Max), result.Millisecond.Format(d.P99)),
	}
}

// call says whether there was a call at all.
func (o *outcome) call() []result.Verdict {
	t := &o.run.Total
	const bound = 0.001 // of joins and subscriptions: trouble is part of the plan
	all := float64(t.Join.Count) + float64(t.Subscriptions)
	failed := float64(t.JoinFailures) / max(all, 1)
	return []result.Verdict{{
		Requirement: "joins and subscriptions that failed: at most 0.1 %", Met: all > 0 && failed <= bound, Value: failed,
		Text: fmt.Sprintf("%d of %.0f", t.JoinFailures, all),
	}}
}
