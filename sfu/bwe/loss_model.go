package bwe

import "math"

// lossChannel is a path as the model sees it: of what is sent up to the bandwidth
// a share is lost, which is the path's nature, and all beyond it.
type lossChannel struct {
	bandwidth float64 // bits per second
	inherent  float64 // 0 to 1
}

// probability returns the share that is lost of what is sent at a rate, kept off 0
// and 1 so that its logarithms are finite.
func (c lossChannel) probability(rate float64) float64 {
	const edge = 1e-6
	p := c.inherent
	if rate > c.bandwidth {
		p += (1 - c.inherent) * (rate - c.bandwidth) / rate
	}
	return min(max(p, edge), 1-edge)
}

// likelihood returns the logarithm of how likely an observation is.
func (c lossChannel) likelihood(o *lossObservation) float64 {
	p := c.probability(o.rate)
	return o.lost*math.Log(p) + (o.size-o.lost)*math.Log(1-p)
}

// lossModel weighs channels by the observations (libwebrtc:
// goog_cc/loss_based_bwe_v2.cc). It is made for one comparison.
type lossModel struct {
	*lossParameters
	observations *lossObservations
	averageLoss  float64
	pathLoss     float64 // what is known to be the path's, see pathLoss
}

// feasible returns the channel with an inherent loss as it may have.
func (m *lossModel) feasible(c lossChannel) lossChannel {
	most := 1.0
	if c.bandwidth > 0 {
		most = min(m.inherentOffset+m.inherentBalance/c.bandwidth, 1)
	}
	c.inherent = min(max(c.inherent, m.inherentMin), max(most, m.pathLoss))
	return c
}

// fit improves the inherent loss of a channel by one step of Newton's method
// towards where the likelihood of the observations is greatest.
func (m *lossModel) fit(c lossChannel) lossChannel {
	var first, second float64
	weight := 1.0
	for age := range m.observations.len() {
		o := m.observations.at(age)
		p := c.probability(o.rate)
		received := o.size - o.lost
		first += weight * (o.lost/p - received/(1-p))
		second -= weight * (o.lost/(p*p) + received/((1-p)*(1-p)))
		weight *= m.weight
	}
	if second < 0 {
		c.inherent -= m.newtonStep * first / second
	}
	return m.feasible(c)
}

// objective is the likelihood of what was observed, and a preference of more
// bandwidth, or of less when the loss beyond the path's own is high.
func (m *lossModel) objective(c lossChannel) float64 {
	kbps := c.bandwidth / 1000
	distance := m.biasEnds - max(m.averageLoss-m.pathLoss, 0)
	preference := (m.bias*kbps + m.logBias*math.Log1p(kbps)) * distance / (m.biasTurn + math.Abs(distance))
	sum, weight := 0.0, 1.0
	for age := range m.observations.len() {
		o := m.observations.at(age)
		sum += weight * (c.likelihood(o) + preference*o.size)
		weight *= m.weight
	}
	return sum
}

// best returns the best channel, with one of the bandwidths, that is near the
// current one.
func (m *lossModel) best(current lossChannel, bandwidths []float64) lossChannel {
	best, most := current, math.Inf(-1)
	for _, bandwidth := range bandwidths {
		c := m.fit(m.feasible(lossChannel{bandwidth, current.inherent}))
		if objective := m.objective(c); objective > most {
			best, most = c, objective
		}
	}
	return best
}

// instantLimit is a limit by the average loss alone: where it is high, the model's
// preference must not keep the estimate up.
func (m *lossModel) instantLimit() float64 {
	excess := m.averageLoss - m.pathLoss - m.instantOffset
	if excess <= 0 {
		return float64(maxBitrate)
	}
	return m.instantBalance / excess
}
