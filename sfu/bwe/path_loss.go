package bwe

import "math"

// steadyRate is how much of the highest bitrate the lowest one is, when they are
// too alike to tell what loss depends on.
const steadyRate = 0.95

// pathLoss returns the share that the path loses whatever is sent, if the
// observations prove one, and was otherwise, though not more than the average
// loss.
//
// libwebrtc cannot learn that a wide path loses more than 7 %: the inherent loss is
// bounded there, and with the limit by average loss only a third is left of
// 5 Mbit/s at 10 % of random loss, as on a bad radio link, and a tenth at 15 %. But a reduction, to what
// arrives, is an experiment: if the loss was overload it goes away, since what
// arrives then is what the path carries; if it is the path's nature it stays. So
// two explanations of the observations since loss began are compared, each at its
// best: the path carries some bandwidth and loses all beyond it, and it loses the
// same share at every bitrate. While the bitrate does not change, both explain the
// same, and nothing is learned.
func pathLoss(w *lossObservations, was, average float64, p *lossParameters) float64 {
	oldest := w.len() - 1
	for oldest >= 0 && w.at(oldest).loss() <= p.instantOffset {
		oldest--
	}
	if oldest < 0 || average <= p.instantOffset {
		return min(was, average)
	}
	var mean lossObservation
	slowest, fastest := math.Inf(1), 0.0
	for age := range oldest + 1 {
		o := w.at(age)
		slowest, fastest = min(slowest, o.rate), max(fastest, o.rate)
		mean.size += o.size
		mean.lost += o.lost
		mean.rate += o.rate * o.size
	}
	if slowest > steadyRate*fastest {
		return min(was, average)
	}
	mean.rate /= mean.size
	even := lossChannel{float64(maxBitrate), mean.loss()}
	evidence := leastOverloadMisfit(w, oldest, mean.delivered(), p) - misfit(w, oldest, even, p)
	switch {
	case evidence > p.inherentEvidence:
		return even.inherent
	case evidence < -p.inherentEvidence:
		return 0
	}
	return min(was, average)
}

// leastOverloadMisfit returns how badly overload explains the observations at
// best: overload of what was delivered on average, or at any time, with little loss
// besides or with what is common.
func leastOverloadMisfit(w *lossObservations, oldest int, mean float64, p *lossParameters) float64 {
	least := math.Inf(1)
	for _, inherent := range [...]float64{p.inherentFirst, p.inherentOffset} {
		carried := 1 - inherent
		least = min(least, misfit(w, oldest, lossChannel{mean / carried, inherent}, p))
		for age := range oldest + 1 {
			c := lossChannel{w.at(age).delivered() / carried, inherent}
			least = min(least, misfit(w, oldest, c, p))
		}
	}
	return least
}

// misfit returns how badly a channel explains the observations, the latest ones up
// to oldest: the logarithm of how much likelier they would be if each had a loss of
// its own. None counts for more than is needed to decide: the path, or the bitrate,
// may have changed in the middle of one.
func misfit(w *lossObservations, oldest int, c lossChannel, p *lossParameters) float64 {
	sum := 0.0
	for age := range oldest + 1 {
		o := w.at(age)
		own := lossChannel{float64(maxBitrate), o.loss()}
		sum += min(own.likelihood(o)-c.likelihood(o), p.inherentEvidence)
	}
	return sum
}
