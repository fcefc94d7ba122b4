package main

import (
	"math"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/bench/ccsim/dumbbell"
)

// trace is 40 s of a link of 2 Mbit/s, of 1 from 10 s and of 2 again from 20 s,
// with an estimate that follows each change half a second later, at 90 %, and
// lets the queue grow in between.
func trace() *dumbbell.Trace {
	t := &dumbbell.Trace{Flows: []dumbbell.Flow{{Name: "ours"}, {Name: "other", Foreign: true}}}
	for i := 1; i <= 400; i++ {
		at := time.Duration(i) * dumbbell.SampleInterval
		s := dumbbell.Sample{At: at, Link: 2 * mbps, Flows: make([]dumbbell.FlowSample, 2)}
		if at > 10*time.Second && at <= 20*time.Second {
			s.Link = mbps
		}
		s.Flows[0].Target = 1800 * kbps
		if at >= 10500*time.Millisecond && at < 20500*time.Millisecond {
			s.Flows[0].Target = 900 * kbps
		}
		s.Flows[0].Passed, s.Flows[0].Arrived = s.Link/2, s.Link/2
		s.Flows[0].Packets, s.Flows[0].Lost, s.Flows[1].Packets, s.Flows[1].Lost = 50, 1, 50, 50
		s.Flows[1].Passed, s.Flows[1].Arrived = s.Link/4, s.Link/8
		t.Samples = append(t.Samples, s)
		t.Delays = append(t.Delays, dumbbell.Delay{Sent: at - 1, Wait: time.Duration(i%100) * time.Millisecond})
	}
	return t
}

func TestFiguresOfATrace(t *testing.T) {
	never := math.Inf(1)
	for _, tt := range []struct {
		name string
		goal goal
		want float64
	}{
		{"utilisation", utilisation(0, 40*time.Second), 75},
		{"utilisation of a part", utilisation(10*time.Second, 20*time.Second), 75},
		{"lost", lost(0, 40*time.Second), 2},
		{"queue", queue(0, 40*time.Second), 95},
		{"down", down(10 * time.Second), 0.5},
		{"up", up(20 * time.Second), 0.5},
		{"up at once", up(30 * time.Second), 0.1},
		{"carries", carries(20*time.Second, 1800*kbps), 0.5},
		{"never carries", carries(20*time.Second, 1801*kbps), never},
		{"worst", worst(), 0.9},
		{"shares", shares(0, 40*time.Second), 4},
	} {
		if got := tt.goal.of(trace()); math.Abs(got-tt.want) > 1e-9 && got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestAnEstimateThatStaysAboveAFallenLinkIsTheWorst(t *testing.T) {
	tr := trace()
	for i := range tr.Samples {
		tr.Samples[i].Flows[0].Target = 1800 * kbps
	}
	if got := worst().of(tr); got != 1.8 {
		t.Errorf("%v, want 1.8", got)
	}
	if got := down(10 * time.Second).of(tr); got != 10.1 {
		t.Errorf("%v, want 10.1: when the link rises", got)
	}
}

func TestGoals(t *testing.T) {
	for _, tt := range []struct {
		goal  goal
		value float64
		met   bool
		limit string
	}{
		{figureOf("", "", nil).atLeast(85), 85, true, ">= 85"},
		{figureOf("", "", nil).atLeast(85), 84.9, false, ">= 85"},
		{figureOf("", "", nil).atMost(1), 1, true, "<= 1"},
		{figureOf("", "", nil).atMost(1), math.Inf(1), false, "<= 1"},
		{figureOf("", "", nil).atMost(1), math.NaN(), false, "<= 1"},
		{worst(), 9, true, "-"},
	} {
		g := tt.goal
		if g.met(tt.value) != tt.met || g.limit() != tt.limit {
			t.Errorf("%s, %v: met %v, limit %q", tt.limit, tt.value, g.met(tt.value), g.limit())
		}
	}
}
