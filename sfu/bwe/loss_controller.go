package bwe

import (
	"math"
	"time"
)

// lossState is what limits the estimate, as far as loss is concerned.
type lossState uint8

const (
	// delayBased: loss does not limit it.
	delayBased lossState = iota
	// decreasing: loss made it fall, and it may not grow yet. Probing would only
	// cause more loss.
	decreasing
	// increasing: loss made it fall, and now it grows again, carefully. What is
	// sent should grow with it, by padding or a probe, to see that it can; after
	// 2 s without an increase it is on hold again.
	increasing
)

// subsidedLoss is a share of loss that every path has at times.
const subsidedLoss = 0.02

// leastEstimate is below what any call can do with (libwebrtc:
// kCongestionControllerMinBitrate).
const leastEstimate = 5 * Kbps

// lossController is the estimate by loss (libwebrtc:
// goog_cc/loss_based_bwe_v2.cc). It asks which bandwidth, of a few near the one it
// had, explains best how much was lost at which bitrates, if some loss is the
// path's nature. The estimate by delay is its upper bound.
//
// Beyond libwebrtc it learns of paths that lose much whatever is sent; see
// pathLoss. The zero value is ready; it follows the estimate by delay until there
// were three observations.
type lossController struct {
	observations lossObservations
	channel      lossChannel // the best one; no bandwidth, no estimate yet
	averageLoss  float64
	pathLoss     float64
	completed    bool // there was an observation since the last update

	min, max   float64
	delay      float64 // the estimate by delay
	acked      float64
	ackedKnown bool

	result float64
	limits lossState

	hold   lossHold
	try    lossTry
	window struct { // of increases while limited by loss
		from  time.Time
		limit float64
	}
}

// lossHold keeps the estimate after a decrease.
type lossHold struct {
	until    time.Time
	duration time.Duration // of the next one, 0 is the shortest
	rate     float64       // 0 when there is none
}

// lossTry is the attempt to increase.
type lossTry struct {
	rate float64 // the highest so far
	from time.Time
}

// setBounds sets what the estimate is at least and at most.
func (l *lossController) setBounds(lowest, highest Bitrate) {
	l.min = float64(min(max(lowest, 0), maxBitrate))
	l.max = max(float64(min(highest, maxBitrate)), l.min)
}

// setEstimate begins anew from a rate, not limited by loss.
func (l *lossController) setEstimate(rate Bitrate) {
	l.channel.bandwidth = l.within(float64(rate))
	l.channel.inherent = l.initialInherent()
	l.result = l.channel.bandwidth
	l.free()
}

// setProbe takes the rate that a probe found. It was carried just now, so that the
// estimate may be as high; but not while there is loss, when it may be of a time
// before that. Once the loss has subsided the probe ends the hold: nothing else
// would, where no more is sent than the estimate allows.
// (In libwebrtc only the estimate by delay hears of probes, and the one by loss
// follows in steps of 30 % if its limits allow it.)
func (l *lossController) setProbe(rate Bitrate) {
	found := l.within(float64(rate))
	if l.limits == decreasing && !l.subsided() || l.channel.bandwidth <= 0 || found <= l.channel.bandwidth {
		return
	}
	if l.limits == decreasing {
		l.free()
	}
	l.channel.bandwidth = found
	l.result = max(l.result, found)
	l.window.limit = max(l.window.limit, found)
}

// subsided reports whether hardly anything was lost lately. The estimate may be on
// hold all the same, or not grow because no more is sent than before: then only a
// probe can tell that the path carries more again.
func (l *lossController) subsided() bool { return l.averageLoss < subsidedLoss }

// state returns what limits the estimate.
func (l *lossController) state() lossState { return l.limits }

// add takes the results of a feedback.
func (l *lossController) add(results []Result, _ time.Time) {
	p := defaultLossParameters()
	if !l.observations.add(results, p.minDuration) {
		return
	}
	l.completed = true
	l.averageLoss = l.observations.average(p.weight, p.surge)
	l.pathLoss = pathLoss(&l.observations, l.pathLoss, l.averageLoss, &p)
}

// update takes the estimate by delay, and the bitrate that arrives, on every
// feedback, and returns the estimate. It changes when an observation is complete,
// or with the estimate by delay if that limits it.
func (l *lossController) update(
	byDelay, acked Bitrate, ackedKnown, applicationLimited bool, now time.Time,
) Bitrate {
	l.delay = float64(min(max(byDelay, 0), maxBitrate))
	l.acked, l.ackedKnown = float64(min(max(acked, 0), maxBitrate)), ackedKnown
	if l.channel.bandwidth <= 0 {
		l.setEstimate(byDelay)
	}
	if l.completed {
		l.completed = false
		l.observe(applicationLimited, now)
	}
	result := l.delay
	p := defaultLossParameters()
	if l.observations.len() >= p.minObservations {
		result = min(l.result, l.delay)
	}
	return bounded(l.within(result))
}

// observe finds the best channel after a new observation, and what to make of it.
func (l *lossController) observe(applicationLimited bool, now time.Time) {
	p := defaultLossParameters()
	m := lossModel{&p, &l.observations, l.averageLoss, l.pathLoss}
	var candidates [5]float64
	best := m.best(l.channel, l.candidates(candidates[:0], &p, applicationLimited, now))
	if best.bandwidth > l.channel.bandwidth && l.averageLoss > best.inherent+l.chance(&p) {
		best.bandwidth = l.channel.bandwidth // there is loss that nothing explains
	}
	if l.limits != delayBased {
		best.bandwidth = l.careful(best.bandwidth, &p, now)
	}
	limit := max(l.lower(), min(best.bandwidth, m.instantLimit(), l.delay))
	if limit < best.bandwidth {
		l.channel = lossChannel{bandwidth: limit, inherent: l.pathLoss} // which is known
	} else {
		l.channel = best
		l.channel.bandwidth = max(best.bandwidth, l.lower())
	}
	if l.onHold(limit, now) {
		return
	}
	l.decide(limit, &p, now)
	if l.limits != delayBased && now.Sub(l.window.from) > p.increaseWindow {
		l.window.from = now
		l.window.limit = max(l.channel.bandwidth*p.maxIncrease, float64(leastEstimate))
	}
}

// chance returns how much more than what is known to be the path's may be lost by
// chance: two standard deviations of the packets that the average is of. Without
// it half of the observations kept the estimate from growing: of a link of 10 Mbit/s that
// loses a tenth 79 % were used instead of 82 (docs/bench/bwe.md), and 85 % were reached
// after 29 s instead of 15.
func (l *lossController) chance(p *lossParameters) float64 {
	packets, weight := 0.0, 1.0
	for age := range l.observations.len() {
		packets += weight * l.observations.at(age).size
		weight *= p.weight
	}
	if packets == 0 {
		return 0
	}
	return 2 * math.Sqrt(l.pathLoss*(1-l.pathLoss)/packets)
}

// candidates appends the bandwidths to try.
func (l *lossController) candidates(
	c []float64, p *lossParameters, applicationLimited bool, now time.Time,
) []float64 {
	current := l.channel.bandwidth
	for _, factor := range p.candidateFactors {
		c = append(c, current*factor)
	}
	// What arrives says nothing of the path when there was no more to send.
	trying := l.try.rate > 0 && now.Sub(l.try.from) <= p.tryTime
	if l.ackedKnown && (!applicationLimited || trying) {
		c = append(c, l.acked)
	}
	if l.delay > current {
		c = append(c, l.delay)
	}
	most := l.most()
	if l.limits != delayBased && l.window.limit > 0 {
		most = l.window.limit
	}
	for i := range c {
		c[i] = min(c[i], max(current, most))
	}
	return c
}

// careful bounds an increase while loss limits the estimate.
func (l *lossController) careful(bandwidth float64, p *lossParameters, now time.Time) float64 {
	current := l.channel.bandwidth
	if l.window.limit > 0 && now.Sub(l.window.from) < p.increaseWindow {
		bandwidth = min(bandwidth, l.window.limit)
	}
	if !l.ackedKnown || !l.increases(current, bandwidth) {
		return bandwidth
	}
	factor := p.rampUp
	if l.hold.rate > 0 && l.acked < p.holdThreshold*l.hold.rate {
		factor = p.rampUpInHold
	}
	bandwidth = max(current, min(bandwidth, factor*l.acked))
	if l.limits == decreasing && bandwidth == current {
		bandwidth++ // an increase, so that it is tried to send more
	}
	return bandwidth
}

// onHold keeps the estimate in a hold, and reports whether it did.
func (l *lossController) onHold(limit float64, now time.Time) bool {
	if l.limits != decreasing || !now.Before(l.hold.until) || limit >= l.delay {
		return false
	}
	l.hold.rate = max(l.hold.rate, l.lower())
	l.result = min(l.hold.rate, limit)
	return true
}

// decide makes the limit the estimate, and finds what state that is.
func (l *lossController) decide(limit float64, p *lossParameters, now time.Time) {
	lossLimits := limit < l.delay && limit < l.most()
	switch {
	case lossLimits && l.increases(l.result, limit) && l.worthTrying(limit, p, now):
		if limit > l.try.rate {
			l.try = lossTry{limit, now}
		}
		l.limits = increasing
	case lossLimits:
		if l.limits != decreasing {
			duration := max(l.hold.duration, p.holdFirst)
			l.hold.until = now.Add(duration)
			l.hold.duration = min(time.Duration(float64(duration)*p.holdFactor), p.holdMax)
			l.hold.rate = limit
		}
		l.try = lossTry{}
		l.limits = decreasing
	default:
		l.free()
	}
	l.result = limit
}

// increases reports whether a limit goes up, or still stays where an increase led.
func (l *lossController) increases(from, to float64) bool {
	return l.limits != delayBased && (to > from || to == from && l.limits == increasing)
}

// worthTrying reports whether an increase leads to more, or is still young.
func (l *lossController) worthTrying(limit float64, p *lossParameters, now time.Time) bool {
	return l.limits != increasing || limit > l.try.rate || now.Sub(l.try.from) <= p.tryTime
}

// free forgets the loss that limited the estimate.
func (l *lossController) free() {
	l.limits, l.hold, l.try = delayBased, lossHold{}, lossTry{}
}

// lower returns what the estimate is at least: what arrives was carried.
func (l *lossController) lower() float64 {
	if l.ackedKnown {
		return l.within(l.acked)
	}
	return l.min
}

func (l *lossController) most() float64 {
	if l.max <= 0 {
		return float64(maxBitrate)
	}
	return l.max
}

func (l *lossController) within(rate float64) float64 {
	return min(max(rate, l.min), l.most())
}

func (l *lossController) initialInherent() float64 {
	p := defaultLossParameters()
	return p.inherentFirst
}
