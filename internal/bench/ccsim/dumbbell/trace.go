package dumbbell

import (
	"time"

	"github.com/atrium-rtc/atrium/sfu/bwe"
)

// SampleInterval is the length of a step of a trace.
const SampleInterval = 100 * time.Millisecond

// Trace is what was seen in a run.
type Trace struct {
	Flows   []Flow
	Samples []Sample
	Delays  []Delay // of every packet of ours that passed the queue, in the order sent
	open    []counts
	longest time.Duration // wait in the queue, in this step
}

// Flow is one of those who share the bottleneck.
type Flow struct {
	Name    string
	Foreign bool // not under our congestion control
}

// Sample is a step of a trace.
type Sample struct {
	At    time.Duration // its end
	Link  bwe.Bitrate   // capacity, headers of UDP and IP included; 0 while nothing passes
	Queue time.Duration // the longest that a packet had to wait, and was sent
	Flows []FlowSample
}

// FlowSample is a step of one flow. Sent, Passed and Arrived count what is on the
// wire, headers of UDP and IP included.
type FlowSample struct {
	Target  bwe.Bitrate // the estimate at the end of the step; 0 for a foreign flow
	Sent    bwe.Bitrate
	Passed  bwe.Bitrate // found room in the queue: it used the bottleneck
	Arrived bwe.Bitrate
	Packets int         // sent
	Lost    int         // of those
	Probe   bwe.Bitrate // of the last cluster that began; 0 without one
}

// Delay is how long a packet waited in the queue and was sent.
type Delay struct {
	Sent time.Duration
	Wait time.Duration
}

// counts is what a flow did in the step so far, in octets and packets.
type counts struct {
	sent, passed, arrived, packets, lost int
	probe                                bwe.Bitrate
}

func (t *Trace) add(name string, foreign bool) {
	t.Flows = append(t.Flows, Flow{name, foreign})
	t.open = append(t.open, counts{})
}

func (t *Trace) sent(flow, octets int, overflowed bool) {
	c := &t.open[flow]
	c.sent += octets
	c.packets++
	if !overflowed {
		c.passed += octets
	}
}

func (t *Trace) lost(flow int) { t.open[flow].lost++ }

func (t *Trace) probed(flow int, rate bwe.Bitrate) { t.open[flow].probe = rate }

func (t *Trace) arrived(flow, octets int) { t.open[flow].arrived += octets }

func (t *Trace) queued(flow int, now, wait time.Duration) {
	t.longest = max(t.longest, wait)
	if !t.Flows[flow].Foreign {
		t.Delays = append(t.Delays, Delay{now, wait})
	}
}

func (t *Trace) sample(now time.Duration, rate bwe.Bitrate, targets []bwe.Bitrate) {
	s := Sample{At: now, Link: rate, Queue: t.longest, Flows: make([]FlowSample, len(t.open))}
	t.longest = 0
	for i, c := range t.open {
		s.Flows[i] = FlowSample{
			Target:  targets[i],
			Sent:    bwe.RateOf(c.sent, SampleInterval),
			Passed:  bwe.RateOf(c.passed, SampleInterval),
			Arrived: bwe.RateOf(c.arrived, SampleInterval),
			Packets: c.packets,
			Lost:    c.lost,
			Probe:   c.probe,
		}
		t.open[i] = counts{}
	}
	t.Samples = append(t.Samples, s)
}
