package bwe

import "time"

const (
	// limitedUsage is the share of the estimate that, when sent, counts as using it
	// (libwebrtc: AlrDetectorConfig, bandwidth_usage_ratio).
	limitedUsage = 0.65
	// limitedWindow is over which time: what is left unsent adds up to that much.
	limitedWindow = 500 * time.Millisecond
	// Application-limited begins when more than this share of the budget is left,
	// and ends when less is (start_budget_level_ratio, stop_budget_level_ratio).
	limitedStart = 0.80
	limitedStop  = 0.50
)

// applicationLimited finds when there is less to send than the estimate allows, so
// that what arrives says nothing of the path (libwebrtc: goog_cc/alr_detector.cc).
// It is a budget that fills with 65 % of the estimate and is spent by what is sent.
// The zero value is ready, and stays as it is until there is an estimate.
type applicationLimited struct {
	rate    Bitrate // at which the budget fills
	most    int     // octets of budget, and of debt
	left    int
	last    time.Time
	started time.Time // zero when not limited
}

// setEstimate sets the estimate.
func (a *applicationLimited) setEstimate(estimate Bitrate) {
	a.rate = estimate.Scale(limitedUsage)
	a.most = a.rate.Octets(limitedWindow)
	a.left = min(max(a.left, -a.most), a.most)
}

// sent takes octets that were sent; 0 lets time pass. It should be called so every
// now and then, since nobody is more limited than who sends nothing at all.
// (libwebrtc finds that out with the next packet.)
func (a *applicationLimited) sent(size int, now time.Time) {
	if a.last.IsZero() {
		a.last = now
	}
	if elapsed := now.Sub(a.last); elapsed > 0 {
		earned := a.rate.Octets(min(elapsed, 2*limitedWindow)) // fills it from any debt
		if earned > 0 {
			a.left = min(a.left+earned, a.most)
			a.last = now
		}
	}
	a.left = max(a.left-max(size, 0), -a.most)
	if a.most == 0 {
		return
	}
	switch level := float64(a.left) / float64(a.most); {
	case a.started.IsZero() && level > limitedStart:
		a.started = now
	case !a.started.IsZero() && level < limitedStop:
		a.started = time.Time{}
	}
}

// since returns since when the sender is application-limited, false when it is
// not.
func (a *applicationLimited) since() (time.Time, bool) { return a.started, !a.started.IsZero() }
