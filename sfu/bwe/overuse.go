package bwe

import (
	"math"
	"time"
)

const (
	// trendGain scales the slope to the threshold, together with the number of
	// deltas that it stands on, as far as fullTrend of them (libwebrtc:
	// kDefaultTrendlineThresholdGain, kMinNumDeltas).
	trendGain = 4.0
	fullTrend = 60

	firstThreshold = 12.5
	minThreshold   = 6.0
	maxThreshold   = 600.0
	// thresholdUp and thresholdDown are how fast the threshold follows the trend,
	// for each millisecond (libwebrtc: k_up, k_down).
	thresholdUp   = 0.0087
	thresholdDown = 0.039
	// thresholdSpike is how far beyond the threshold a trend is a spike that says
	// nothing about what is usual (libwebrtc: kMaxAdaptOffsetMs).
	thresholdSpike = 15.0
	// thresholdPause is the longest time that counts between two trends.
	thresholdPause = 100 * time.Millisecond

	// overuseTime is how long the trend has to be beyond the threshold (libwebrtc:
	// kOverUsingTimeThreshold).
	overuseTime = 10 * time.Millisecond
)

// overuseDetector says whether a queue grows, by comparing the trend of the delay
// with a threshold that adapts: a fixed one would be starved by TCP in the same
// queue, or find overuse in any jitter (libwebrtc: Detect in
// goog_cc/trendline_estimator.cc; G. Carlucci et al., "Analysis and design of the
// Google congestion control for WebRTC", 2016, section 4.2).
type overuseDetector struct {
	threshold float64
	trend     float64       // the last one
	adapted   time.Duration // when the threshold was, by the receiver's clock
	over      time.Duration // how long the trend has been beyond the threshold
	count     uint8         // how many trends were
	above     bool          // over has begun
	started   bool          // adapted has
	state     usage
}

func newOveruseDetector() overuseDetector { return overuseDetector{threshold: firstThreshold} }

// detect takes the slope of the delay, the number of deltas it stands on, the
// time between the groups of the last delta where they were sent, and the time by
// the receiver's clock. It returns the state after them. The state stays overuse
// while the trend is beyond the threshold.
//
// It is the clock of arrival, as in libwebrtc, because one feedback brings many
// deltas at one time of ours.
func (o *overuseDetector) detect(trend float64, deltas int, sendDelta, arrived time.Duration) usage {
	if deltas < 2 {
		o.state = normal
		return o.state
	}
	modified := float64(min(deltas, fullTrend)) * trend * trendGain
	switch {
	case modified > o.threshold:
		o.exceed(trend, sendDelta)
	case modified < -o.threshold:
		o.settle(underuse)
	default:
		o.settle(normal)
	}
	o.trend = trend
	o.adapt(math.Abs(modified), arrived)
	return o.state
}

// exceed takes note of a trend beyond the threshold. It is overuse once that
// lasted, in more than one delta, and does not get better.
func (o *overuseDetector) exceed(trend float64, sendDelta time.Duration) {
	if o.above {
		o.over += sendDelta
	} else {
		o.above, o.over = true, sendDelta/2 // it began somewhere in between
	}
	if o.count < math.MaxUint8 {
		o.count++
	}
	if o.over > overuseTime && o.count > 1 && trend >= o.trend {
		o.over, o.count = 0, 0
		o.state = overuse
	}
}

func (o *overuseDetector) settle(u usage) {
	o.over, o.count, o.above = 0, 0, false
	o.state = u
}

// adapt moves the threshold towards the trend: slowly up, faster down. Time that
// goes back, which is another clock, counts as none.
func (o *overuseDetector) adapt(trend float64, arrived time.Duration) {
	elapsed := arrived - o.adapted
	if !o.started {
		o.started, elapsed = true, 0
	}
	o.adapted = arrived
	if trend > o.threshold+thresholdSpike {
		return
	}
	factor := thresholdUp
	if trend < o.threshold {
		factor = thresholdDown
	}
	elapsed = min(max(elapsed, 0), thresholdPause)
	o.threshold += factor * (trend - o.threshold) * milliseconds(elapsed)
	o.threshold = min(max(o.threshold, minThreshold), maxThreshold)
}
