package bwe

import "time"

const (
	// The first probes, in multiples of the start bitrate; then, while the result is
	// more than furtherShare of what was probed, furtherScale times the result
	// (libwebrtc: ProbeControllerConfig p1, p2, step_size, further_probe_threshold).
	firstScale   = 3
	secondScale  = 6
	furtherScale = 2
	furtherShare = 0.7
	// probeWait is how long a result is waited for (kMaxWaitingTimeForProbingResult),
	// and the shortest time between two decisions to probe that do not follow from
	// each other.
	probeWait = time.Second

	// While the sender is application-limited it probes each periodicInterval at
	// periodicScale times the estimate (alr_interval, alr_scale).
	periodicInterval = 5 * time.Second
	periodicScale    = 2
	// calmInterval is how long there must have been no overuse before the sender
	// probes though it is not application-limited; see calm.
	calmInterval = 6 * time.Second

	// When there is use for more, it is probed whether the path carries just that,
	// and then twice that, at most currentScale times the estimate (alloc_p1,
	// alloc_p2, alloc_current_bwe_limit). minGrowth is how much more use there has
	// to be than at the last such probe, and demandNoise how much less there may be
	// for a while: bitrates of videos vary.
	allocationScale = 2
	currentScale    = 2
	minGrowth       = 1.05
	demandNoise     = 1.2

	// After a drop to less than largeDrop of the estimate, by overuse that ended
	// within dropTimeout, dropShare of what was before is probed, each dropInterval
	// at most (kBitrateDropThreshold, kBitrateDropTimeout, kProbeFractionAfterDrop,
	// kMinTimeBetweenAlrProbes, in WebRTC-BweRapidRecoveryExperiment).
	largeDrop    = 0.66
	dropTimeout  = 5 * time.Second
	dropShare    = 0.85
	dropInterval = 5 * time.Second

	// demandScale is how much more than there is use for may be probed: what arrives
	// of a probe is often a little less, and videos vary.
	demandScale = 2
	// lossScale is how much more than the estimate may be probed while it grows again
	// after loss (loss_limited_scale).
	lossScale = 1.5
	// probeMargin is how much more than the estimate a probe has to be, to be worth
	// it (kProbeUncertainty).
	probeMargin = 1.05
	// probeExpires is how long a cluster may wait to be sent.
	probeExpires = time.Second
)

// limitCause is what limits the estimate.
type limitCause uint8

const (
	limitedByDelay          limitCause = iota // the estimate by delay, which is normal
	limitedByOveruse                          // that one, which holds or falls since a queue grew
	limitedByLossIncreasing                   // the estimate by loss, which grows again
	limitedByLoss                             // that one, which holds or falls
	limitedByRoundTrip                        // the round trip, which is too long
)

// mayProbe reports whether a probe would not make things worse.
func (l limitCause) mayProbe() bool { return l == limitedByDelay || l == limitedByLossIncreasing }

type probeState uint8

const (
	notProbed     probeState = iota // the start is yet to be probed
	awaitingProbe                   // the result may lead to another probe
	probed                          // nothing to wait for
)

// probeController decides when to probe what (libwebrtc:
// goog_cc/probe_controller.cc). A server has a use for a higher estimate only while
// there is video that does not fit: while the demand is no more than the estimate
// nothing is probed, since padding costs the receiver's link and our time.
//
// setEstimate and setDemand are called with news, tick every now and then, and then
// next until there is no more. The zero value is ready; without setMax nothing but
// the demand bounds it.
type probeController struct {
	max      Bitrate // 0 is none
	demand   Bitrate
	estimate Bitrate
	cause    limitCause
	state    probeState

	further Bitrate   // while awaitingProbe: what result leads to the next
	decided time.Time // to probe, the last time

	allocated Bitrate // the demand that the last allocation probe was for, or less

	dropped     time.Time // the last large drop
	before      Bitrate   // and the estimate before it
	dropProbed  time.Time
	overuseOver bool // since the last tick

	disturbed time.Time // the last time that something kept from probing

	queue  [2]Cluster
	queued int
	id     ProbeID
}

// setMax sets what is probed at most.
func (c *probeController) setMax(highest Bitrate) { c.max = min(max(highest, 0), maxBitrate) }

// setDemand sets the bitrate there is a use for: what everything would cost at its
// best.
func (c *probeController) setDemand(demand Bitrate) {
	c.demand = min(max(demand, 0), maxBitrate)
	c.allocated = min(c.allocated, c.demand.Scale(demandNoise))
}

// restart lets everything be probed again as at the start, from what the estimate
// is then: after an outage the path may be another.
func (c *probeController) restart() {
	c.state = notProbed
	c.queued = 0
}

// setEstimate takes the estimate and what limits it, on every feedback. When it is
// the result of a probe that found much, there may be another probe at once.
func (c *probeController) setEstimate(estimate Bitrate, cause limitCause, now time.Time) {
	estimate = min(max(estimate, 0), maxBitrate)
	if float64(estimate) < largeDrop*float64(c.estimate) {
		c.dropped, c.before = now, c.estimate
	}
	if !cause.mayProbe() || !c.cause.mayProbe() || c.disturbed.IsZero() {
		c.disturbed = now
	}
	c.overuseOver = c.overuseOver || c.cause == limitedByOveruse && cause == limitedByDelay
	c.estimate, c.cause = estimate, cause
	if c.state == awaitingProbe && estimate > c.further {
		c.state = probed
		c.probe(now, true, estimate.Scale(furtherScale))
	}
}

// tick decides whether it is time to probe.
func (c *probeController) tick(limited *applicationLimited, now time.Time) {
	overuseOver := c.overuseOver
	c.overuseOver = false
	since := now.Sub(c.decided)
	if c.state == awaitingProbe && since > probeWait {
		c.state = probed
	}
	if c.estimate <= 0 || c.state == awaitingProbe || since < probeWait {
		return
	}
	from, isLimited := limited.since()
	switch {
	case c.state == notProbed:
		c.probe(now, true, c.estimate.Scale(firstScale), c.estimate.Scale(secondScale))
	case overuseOver && c.worthRecovering(now):
		c.dropProbed = now
		c.probe(now, false, c.before.Scale(dropShare))
	case isLimited && float64(c.demand) > minGrowth*float64(c.allocated):
		c.probeDemand(now)
	case isLimited && min(since, now.Sub(from)) >= periodicInterval, c.calm(now):
		c.probe(now, true, c.estimate.Scale(periodicScale))
	}
}

// calm reports whether nothing has been wrong with the path for a while. A server
// may be between two levels of video: the one it sends is more than 65 % of the
// estimate, so that it does not count as application-limited; the next one is more
// than the estimate, which grows no further than 1.5 times what is sent. (An encoder
// would follow the estimate, and so libwebrtc does not need this.)
func (c *probeController) calm(now time.Time) bool {
	return now.Sub(c.disturbed) >= calmInterval && now.Sub(c.decided) >= calmInterval
}

// worthRecovering reports whether the drop that just ended was large and short.
func (c *probeController) worthRecovering(now time.Time) bool {
	expected := float64(c.before) * dropShare / probeMargin
	return expected > float64(c.estimate) && now.Sub(c.dropped) < dropTimeout && now.Sub(c.dropProbed) > dropInterval
}

// probeDemand probes what there is a use for, since there is more of it.
func (c *probeController) probeDemand(now time.Time) {
	most := c.estimate.Scale(currentScale)
	first, second := c.demand, c.demand.Scale(allocationScale)
	if first >= most {
		first, second = most, most
	}
	if c.probe(now, second >= most, first, min(second, most)) {
		c.allocated = c.demand
	}
}

// probe queues clusters of the bitrates, as far as they are allowed and of use, and
// reports whether there were any. further is whether a good result shall lead to
// another.
func (c *probeController) probe(now time.Time, further bool, rates ...Bitrate) bool {
	most := c.most()
	if !c.cause.mayProbe() || c.demand <= c.estimate || most <= c.estimate.Scale(probeMargin) {
		return false
	}
	c.queued = 0 // what is left of the last decision is out of date
	least := c.estimate.Scale(probeMargin)
	for _, rate := range rates {
		if rate <= least {
			continue
		}
		least = rate
		c.id = c.id.next()
		c.queue[c.queued] = newCluster(c.id, min(rate, most))
		c.queued++
		if rate >= most {
			further = false
			break
		}
	}
	if c.queued == 0 {
		return false
	}
	c.decided = now
	c.state = probed
	if further {
		c.state = awaitingProbe
		c.further = c.queue[c.queued-1].Rate.Scale(furtherShare)
	}
	return true
}

// most returns what may be probed.
func (c *probeController) most() Bitrate {
	most := c.demand.Scale(demandScale)
	if c.max > 0 {
		most = min(most, c.max)
	}
	if c.cause == limitedByLossIncreasing {
		most = min(most, c.estimate.Scale(lossScale))
	}
	return most
}

// next returns a cluster to send, false when there is none. One that waited for a
// second is gone, and so are all when there is no more use for them or the path got
// worse.
func (c *probeController) next(now time.Time) (Cluster, bool) {
	if c.queued == 0 {
		return Cluster{}, false
	}
	if !c.cause.mayProbe() || c.demand <= c.estimate || now.Sub(c.decided) > probeExpires {
		c.queued = 0
		return Cluster{}, false
	}
	first := c.queue[0]
	copy(c.queue[:], c.queue[1:c.queued])
	c.queued--
	return first, true
}
