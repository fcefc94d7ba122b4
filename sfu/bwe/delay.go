package bwe

import "time"

const (
	// delayTimeout is the silence of feedback after which what was known of the
	// delay means nothing (libwebrtc: kStreamTimeOut).
	delayTimeout = 2 * time.Second
	// sortedAtOnce is how many results are brought into the order of arrival at a
	// time: what a receiver reports at once, mostly.
	sortedAtOnce = 128
)

// delayDetector finds in feedback whether a queue on the path grows. There is one
// for each flow, because the arrival times of two flows are of two clocks.
// It is made by newDelayDetector, holds no pointer to anything, and allocates
// nothing (libwebrtc: goog_cc/delay_based_bwe.cc).
type delayDetector struct {
	heard    time.Time // when feedback came last
	groups   arrivalGroups
	trending trendline
	overuse  overuseDetector
	queue    standingQueue
	stands   bool // a queue does
}

func newDelayDetector() delayDetector { return delayDetector{overuse: newOveruseDetector()} }

// add takes the results of one feedback, in the order of sending, and returns the
// state after them. Those not received do not count. It does not change results.
//
// Deltas are taken in the order of arrival, as in libwebrtc: a packet that was
// overtaken on the way would else look like a delay that came and never left.
func (d *delayDetector) add(results []Result, now time.Time) usage {
	for len(results) > 0 {
		n := min(len(results), sortedAtOnce)
		var order [sortedAtOnce]uint8
		for _, i := range byArrival(results[:n], &order) {
			d.addOne(results[i], now)
		}
		results = results[n:]
	}
	return d.state()
}

// state returns what the delay said last: overuse, underuse or normal. It does not
// know time, so that it stays as it is while there is no feedback: who joins the
// states of several flows must not count one that is silent.
func (d *delayDetector) state() usage {
	switch state := d.overuse.state; {
	case state == overuse && d.queue.level() < realQueue:
		return normal
	case state == normal && d.stands:
		return overuse
	default:
		return state
	}
}

func (d *delayDetector) addOne(r Result, now time.Time) {
	if now.Sub(d.heard) > delayTimeout {
		*d = newDelayDetector()
	}
	d.heard = now
	d.stands = d.queue.add(r.Sent, r.Arrived)
	delta, ok := d.groups.add(r, now)
	if !ok {
		return
	}
	d.trending.add(delta, r.Arrived)
	slope, deltas := d.trending.slope()
	d.overuse.detect(slope, deltas, delta.sent, r.Arrived)
}

// byArrival writes the indices of the results that were received into order, and
// returns them in the order of arrival. Those that arrived at once stay in the
// order of sending. There are mostly few or none to move.
func byArrival(results []Result, order *[sortedAtOnce]uint8) []uint8 {
	n := 0
	for i := range results {
		if !results[i].Received {
			continue
		}
		at := n
		for at > 0 && results[order[at-1]].Arrived > results[i].Arrived {
			order[at] = order[at-1]
			at--
		}
		order[at] = uint8(i) //nolint:gosec // there are no more than sortedAtOnce
		n++
	}
	return order[:n]
}
