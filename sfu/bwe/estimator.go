package bwe

import (
	"slices"
	"time"
)

// The bounds of an estimate, where Config says nothing. It begins where most links
// are above, so that a newcomer gets a picture of a good size at once; that a link
// is narrower shows within a second.
const (
	// StartBitrate is the estimate of a path of which nothing is known.
	StartBitrate = 1 * Mbps
	defaultMin   = 30 * Kbps
	defaultMax   = 50 * Mbps
)

// fewFlows are so many that each carries enough for what arrives of it to be
// known from a few samples.
const fewFlows = 4

// flowMemory is how long what the delay of one flow said counts for all.
const flowMemory = time.Second

// Config bounds an Estimator. What is 0 has a default: it starts at 1 Mbit/s and
// moves between 30 kbit/s and 50 Mbit/s.
type Config struct {
	Start, Min, Max Bitrate
}

// Estimator estimates what the path to one receiver carries. All connections of
// the receiver share it, each as a Flow: they share the link. It belongs to one
// goroutine, as all its parts do.
//
// Feedback changes it, and Tick, which knows what the absence of feedback means.
// After either, Target and NextProbe tell what follows.
type Estimator struct {
	flows []*Flow

	rate    rateControl
	loss    lossController
	limited applicationLimited
	probes  probeController
	probed  probeEstimator
	timeout feedbackTimeout
	remb    rembLimit

	estimate Bitrate // by delay and loss
	target   Bitrate
	heard    bool // feedback has come
	late     bool // the round trip limits the target
}

// NewEstimator returns an Estimator without flows.
func NewEstimator(cfg Config, _ time.Time) *Estimator {
	lowest, highest, start := cfg.Min, cfg.Max, cfg.Start
	if lowest == 0 {
		lowest = defaultMin
	}
	if highest == 0 {
		highest = defaultMax
	}
	lowest = min(lowest, highest)
	if start == 0 {
		start = StartBitrate
	}
	start = min(max(start, lowest), highest)
	e := &Estimator{estimate: start, target: start, rate: newRateControl(lowest, highest)}
	e.rate.setStart(start)
	e.loss.setBounds(lowest, highest)
	e.loss.setEstimate(start)
	e.limited.setEstimate(start)
	e.probes.setMax(highest)
	return e
}

// NewFlow adds a connection of the receiver.
func (e *Estimator) NewFlow(_ time.Time) *Flow {
	f := &Flow{estimator: e, delay: newDelayDetector()}
	e.flows = append(e.flows, f)
	return f
}

// Remove takes a connection out.
func (e *Estimator) Remove(f *Flow) {
	e.flows = slices.DeleteFunc(e.flows, func(x *Flow) bool { return x == f })
}

// Target returns what the path is believed to carry.
func (e *Estimator) Target() Bitrate { return e.target }

// Measured reports whether there was feedback. Before, Target is a guess.
func (e *Estimator) Measured() bool { return e.heard }

// SetDemand says what the sender could use at most. No probe goes beyond twice
// that, and while the estimate carries it there are none.
func (e *Estimator) SetDemand(demand Bitrate) { e.probes.setDemand(demand) }

// RoundTrip takes a measured round-trip time.
func (e *Estimator) RoundTrip(d time.Duration, _ time.Time) {
	e.rate.setRoundTrip(d)
	e.timeout.roundTrip(d)
}

// REMB takes the receiver's own estimate (draft-alvestrand-rmcat-remb). It limits
// ours, and is all there is of a receiver without other feedback.
func (e *Estimator) REMB(rate Bitrate, now time.Time) {
	e.heard = true
	e.remb.set(rate, now)
	e.settle(now)
}

// Tick notices what follows from the absence of feedback, and when to probe. Call
// it some times a second.
func (e *Estimator) Tick(now time.Time) {
	e.tell(now)
	e.settle(now)
	e.probes.setEstimate(e.target, e.cause(now), now)
	e.probes.tick(&e.limited, now)
}

// NextProbe returns the next probe cluster to send, false when there is none. Its
// packets are to be told to Flow.Sent with the cluster's ID.
func (e *Estimator) NextProbe(now time.Time) (Cluster, bool) {
	c, ok := e.probes.next(now)
	if ok {
		e.probed.started(c)
		e.rate.probing(now)
	}
	return c, ok
}

// feedback takes what a flow's report said, in f.results.
func (e *Estimator) feedback(f *Flow, now time.Time) {
	e.heard = true
	e.tell(now)
	e.timeout.feedback(now)
	if e.timeout.recovered(now) {
		e.probes.restart()
	}
	f.acked.feedback(now)
	_, limited := e.limited.since()
	probed, cluster := Bitrate(0), ProbeID(0)
	for i := range f.results {
		r := &f.results[i]
		if r.Received {
			f.acked.add(r.Arrived, r.Size, limited)
		}
		if r.Probe != 0 {
			if rate, ok := e.probed.add(*r); ok {
				probed, cluster = rate, r.Probe
			}
		}
	}
	f.usage, f.heard = f.delay.add(f.results, now), now
	if f.usage == overuse && len(e.flows) <= fewFlows {
		e.expectFastChange()
	}
	e.loss.add(f.results, now)
	found := e.believes(probed, e.probed.filled(cluster))
	if found {
		e.rate.setProbe(probed, now)
		e.loss.setProbe(probed)
	}
	e.update(found, limited, now)
	e.probes.setEstimate(e.target, e.cause(now), now)
	e.probes.tick(&e.limited, now)
}

// believes reports whether what a probe found makes the estimate higher. Less than
// the estimate says nothing: a probe is short, and a receiver that is busy for some
// milliseconds, or a radio that sends in bursts, spoils it.
//
// A probe that filled the path must have found so much more that overuse, there,
// would leave more than there is now. Near the capacity there are many such probes,
// each a little wrong, and those above it were believed: the queue's 95th percentile
// was 137 ms with 1 % of loss, and is 34 ms. (libwebrtc believes any.)
func (e *Estimator) believes(probed Bitrate, filled bool) bool {
	if filled {
		probed = probed.Scale(decreaseFactor / saturatedUtilization)
	}
	return probed > e.estimate
}

// expectFastChange lets what arrives now weigh more: while a queue grows, that is
// what the path carries. Without it a fall of the path from 3 to 0.4 Mbit/s was
// followed in 2.1 s, with it in 0.9.
func (e *Estimator) expectFastChange() {
	for _, f := range e.flows {
		f.acked.expectFastChange()
	}
}

// update makes the estimate anew.
func (e *Estimator) update(probed, limited bool, now time.Time) {
	acked, known := e.acked(now)
	byDelay := e.rate.target()
	if !probed {
		byDelay = e.rate.update(e.usage(now), acked, known, limited, now)
	}
	e.estimate = e.loss.update(byDelay, acked, known, limited, now)
	e.settle(now)
}

// settle makes the target of the estimate, and of what else limits it.
func (e *Estimator) settle(now time.Time) {
	target := e.timeout.limit(e.estimate, now)
	e.late = target < e.estimate
	if limit, ok := e.remb.limit(now); ok {
		limit = e.rate.limited(limit)
		target = min(target, limit)
		if len(e.flows) == 0 {
			target = limit
		}
	}
	e.target = target
	e.limited.setEstimate(target)
}

// cause returns what limits the target.
func (e *Estimator) cause(now time.Time) limitCause {
	switch {
	case e.late:
		return limitedByRoundTrip
	case e.usage(now) != normal: // while the queue drains, too
		return limitedByOveruse
	}
	switch e.loss.state() {
	case decreasing:
		if !e.loss.subsided() {
			return limitedByLoss
		}
	case increasing:
	case delayBased:
		return limitedByDelay
	}
	return limitedByLossIncreasing
}

// Silent reports whether the path must be taken for gone: nothing has come back for
// a second or more, while packets wait for an answer. A few packets should be sent
// all the same, or nobody would learn that it is back.
func (e *Estimator) Silent(now time.Time) bool {
	_, silent := e.timeout.silent(now)
	return silent
}

// acked returns what arrives of all flows together.
func (e *Estimator) acked(now time.Time) (sum Bitrate, known bool) {
	for _, f := range e.flows {
		if rate, ok := f.acked.rateAt(now); ok {
			sum += rate
			known = true
		}
	}
	return sum, known
}

// usage returns what the delay says: a queue grows if it does for any flow that was
// heard lately, and drains if it does for one.
func (e *Estimator) usage(now time.Time) usage {
	all := normal
	for _, f := range e.flows {
		if now.Sub(f.heard) > flowMemory {
			continue
		}
		switch f.usage {
		case overuse:
			return overuse
		case underuse:
			all = underuse
		case normal:
		}
	}
	return all
}

// tell lets the parts know what was sent.
func (e *Estimator) tell(now time.Time) {
	sent := 0
	for _, f := range e.flows {
		sent += f.untold
		f.untold = 0
	}
	e.limited.sent(sent, now)
	if sent > 0 {
		e.timeout.sent(now)
	}
}
