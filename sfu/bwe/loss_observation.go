package bwe

import (
	"slices"
	"time"
)

const (
	// lossWindow is how many observations are remembered (libwebrtc:
	// ObservationWindowSize).
	lossWindow = 15
	// lossSilence is a pause of sending after which an observation begins anew: its
	// bitrate would be that of the pause. libwebrtc has it as an open question.
	lossSilence = time.Second
)

// lossObservation is what became of the packets sent during one span of time.
// Octets count, and not packets: a lost packet of sound costs a path less than one
// of video (libwebrtc: UseByteLossRate). They are in units of 1000, so that one is
// about a packet, which the objective's biases are made for.
type lossObservation struct {
	size, lost float64 // 1000 octets
	rate       float64 // bits per second sent
}

func (o *lossObservation) loss() float64 { return share(o.lost, o.size) }

// delivered returns the bits per second that arrived.
func (o *lossObservation) delivered() float64 { return o.rate * (1 - o.loss()) }

// lossObservations collects results into observations, and keeps the last ones.
// The zero value is ready.
type lossObservations struct {
	ring       [lossWindow]lossObservation
	size, lost int64     // octets since from
	from       time.Time // when the last observation ended
	until      time.Time // the latest packet
	next       uint8
	count      uint8
}

// add takes results, and reports whether they completed an observation: when their
// packets were sent over at least minDuration.
func (w *lossObservations) add(results []Result, minDuration time.Duration) (completed bool) {
	for i := range results {
		r := &results[i]
		if w.from.IsZero() || r.Sent.Sub(w.until) > lossSilence {
			w.from, w.until = r.Sent, r.Sent
			w.size, w.lost = 0, 0
		}
		if r.Sent.After(w.until) {
			w.until = r.Sent
		}
		size := int64(max(r.Size, 0))
		w.size += size
		if !r.Received {
			w.lost += size
		}
	}
	duration := w.until.Sub(w.from)
	if duration < minDuration || w.size == 0 {
		return false
	}
	const unit = 1000
	w.ring[w.next] = lossObservation{
		size: float64(w.size) / unit,
		lost: float64(w.lost) / unit,
		rate: float64(w.size) * 8 / duration.Seconds(),
	}
	w.next = (w.next + 1) % lossWindow
	w.count = min(w.count+1, lossWindow)
	w.from, w.size, w.lost = w.until, 0, 0
	return true
}

// at returns an observation, 0 being the latest.
func (w *lossObservations) at(age int) *lossObservation {
	return &w.ring[(int(w.next)+2*lossWindow-1-age)%lossWindow]
}

func (w *lossObservations) len() int { return int(w.count) }

// average returns the loss of late, each observation weighing less than the one
// after it by the factor. The worst and the best do not count: one burst of loss
// says little. The worst does count if much more than usual was sent in it, since
// the loss may then be our own doing.
func (w *lossObservations) average(factor, surge float64) float64 {
	var size, lost float64
	var worst, best lossObservation
	worstLoss, bestLoss, worstRate := 0.0, 1.0, 0.0
	weight := 1.0
	for age := range w.len() {
		o := w.at(age)
		weighted := lossObservation{size: weight * o.size, lost: weight * o.lost}
		size += weighted.size
		lost += weighted.lost
		if loss := o.loss(); w.len() > 3 {
			if loss > worstLoss {
				worstLoss, worst, worstRate = loss, weighted, o.rate
			}
			if loss < bestLoss {
				bestLoss, best = loss, weighted
			}
		}
		weight *= factor
	}
	if w.medianRate()*surge <= worstRate {
		return share(lost, size)
	}
	return share(lost-worst.lost-best.lost, size-worst.size-best.size)
}

func (w *lossObservations) medianRate() float64 {
	var rates [lossWindow]float64
	n := w.len()
	for age := range n {
		rates[age] = w.at(age).rate
	}
	slices.Sort(rates[:n])
	return rates[n/2]
}

// share returns part/whole between 0 and 1, and 0 of nothing.
func share(part, whole float64) float64 {
	if whole <= 0 {
		return 0
	}
	return min(max(part/whole, 0), 1)
}
