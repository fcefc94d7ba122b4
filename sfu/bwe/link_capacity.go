package bwe

import "math"

const (
	capacityOveruseWeight = 0.05
	capacityProbeWeight   = 0.5
	// The deviation of the capacity, squared, is told in kbit/s for each kbit/s of
	// it: 0.4 is 14 kbit/s at 500 kbit/s, 2.5 is 35 kbit/s.
	minCapacityDeviation = 0.4
	maxCapacityDeviation = 2.5
)

// linkCapacity is what the bottleneck carries, learnt when there was overuse and
// from probes, and how certain that is. While there is an estimate, more is tried
// carefully (libwebrtc: goog_cc/link_capacity_estimator.cc). The zero value is
// ready and knows nothing.
type linkCapacity struct {
	kbps      float64
	deviation float64 // normalized: a variance in kbit/s squared for each kbit/s
	known     bool
}

// onOveruse takes the bitrate that arrived while the path was full.
func (l *linkCapacity) onOveruse(acked Bitrate) { l.update(acked, capacityOveruseWeight) }

// onProbe takes the bitrate that a probe found.
func (l *linkCapacity) onProbe(rate Bitrate) { l.update(rate, capacityProbeWeight) }

// reset forgets the capacity, when it has changed.
func (l *linkCapacity) reset() { l.known = false }

// has reports whether there is an estimate.
func (l *linkCapacity) has() bool { return l.known }

// estimate returns the capacity, 0 when there is none.
func (l *linkCapacity) estimate() Bitrate {
	if !l.known {
		return 0
	}
	return bounded(l.kbps * float64(Kbps))
}

// lower returns the least that the capacity is, three deviations below the
// estimate; 0 when there is none.
func (l *linkCapacity) lower() Bitrate {
	if !l.known {
		return 0
	}
	return bounded((l.kbps - l.margin()) * float64(Kbps))
}

// upper returns the most that the capacity is, three deviations above the
// estimate; when there is none, beyond every link.
func (l *linkCapacity) upper() Bitrate {
	if !l.known {
		return maxBitrate
	}
	return bounded((l.kbps + l.margin()) * float64(Kbps))
}

func (l *linkCapacity) margin() float64 { return 3 * math.Sqrt(l.deviation*l.kbps) }

func (l *linkCapacity) update(rate Bitrate, weight float64) {
	sample := float64(max(rate, 0)) / float64(Kbps)
	if l.known {
		l.kbps = (1-weight)*l.kbps + weight*sample
	} else {
		l.kbps, l.known = sample, true
	}
	miss := l.kbps - sample
	l.deviation = (1-weight)*l.deviation + weight*miss*miss/max(l.kbps, 1)
	l.deviation = min(max(l.deviation, minCapacityDeviation), maxCapacityDeviation)
}
