package bwe

import "time"

const (
	// trendWindow is how many deltas the line is fitted to.
	trendWindow = 20
	// trendSmoothing is the weight of what was, against a new delay.
	trendSmoothing = 0.9
	// maxDeltas is where counting them ends.
	maxDeltas = 1000
)

// trendline finds how the delay grows: the slope of a line fitted by least squares
// to the last 20 delays, which are sums of deltas, smoothed. The slope has no unit,
// it is the share of what is sent that the path does not carry: 0 when the queue
// stays as it is, 0.2 when it grows by 20 ms in 100 ms (libwebrtc:
// goog_cc/trendline_estimator.cc). The zero value is ready.
type trendline struct {
	points      [trendWindow]trendPoint // a ring
	accumulated float64                 // ms of delay more than at first
	smoothed    float64
	value       float64 // the slope
	deltas      uint16
	next        uint8 // where the next point goes
	count       uint8 // points there are
}

type trendPoint struct {
	arrived time.Duration
	delay   float64 // ms
}

// add takes a delta, and the time of arrival, by the receiver's clock, of the
// packet that completed it.
func (t *trendline) add(d groupDelta, arrived time.Duration) {
	t.deltas = min(t.deltas+1, maxDeltas)
	t.accumulated += milliseconds(d.arrived) - milliseconds(d.sent)
	t.smoothed = trendSmoothing*t.smoothed + (1-trendSmoothing)*t.accumulated
	if t.jumped(arrived) {
		t.count, t.next, t.value = 0, 0, 0
	}
	t.points[t.next] = trendPoint{arrived, t.smoothed}
	t.next = (t.next + 1) % trendWindow
	if t.count < trendWindow {
		t.count++
	}
	if t.count == trendWindow {
		t.value = t.fit()
	}
}

// slope returns the slope, 0 until there are 20 delays, and how many deltas there
// were, 1000 at most. Comparing it with a threshold, with the gain that takes, is
// up to overuseDetector, as in libwebrtc.
func (t *trendline) slope() (value float64, deltas int) { return t.value, int(t.deltas) }

// jumped reports whether the receiver's clock is no longer that of the points.
// There is no line through two clocks (libwebrtc fits one, with a slope near 0).
func (t *trendline) jumped(arrived time.Duration) bool {
	if t.count == 0 {
		return false
	}
	since := arrived - t.points[(t.next+trendWindow-1)%trendWindow].arrived
	return since > clockJump || since < -clockJump
}

// fit returns the slope of the line through all points, or what it was if they
// all arrived at once. Times are taken from a point of the window, for the sake of
// precision.
func (t *trendline) fit() float64 {
	origin := t.points[t.next].arrived
	var x, y float64
	for i := range t.points {
		x += milliseconds(t.points[i].arrived - origin)
		y += t.points[i].delay
	}
	x /= trendWindow
	y /= trendWindow
	var numerator, denominator float64
	for i := range t.points {
		dx := milliseconds(t.points[i].arrived-origin) - x
		numerator += dx * (t.points[i].delay - y)
		denominator += dx * dx
	}
	if denominator == 0 {
		return t.value
	}
	return numerator / denominator
}

// milliseconds returns d in the unit in which thresholds of delay are told.
func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
