package bwe

import (
	"math"
	"time"
)

const (
	// firstAckedWindow and ackedWindow are how long arrivals are counted, at least,
	// for the first sample of the bitrate and for each that follows.
	firstAckedWindow = 500 * time.Millisecond
	ackedWindow      = 150 * time.Millisecond
	// ackedPause is a pause of arrivals after which the bitrate is likely another.
	// It is also the silence of feedback after which nothing arrives.
	ackedPause = time.Second
	// ackedDisorder is how far arrivals may go back when feedback was overtaken on
	// its way; when further, it is another clock.
	ackedDisorder = 250 * time.Millisecond

	// ackedScale is the deviation of a sample that is twice the estimate, or none.
	ackedScale = 10.0
	// ackedScaleWeak is that of a weak sample below the estimate: one taken while
	// there was no more to send, or of fewer octets than smallSample. It says more
	// of the sender than of the path.
	ackedScaleWeak = 20.0
	smallSample    = 600
	// maxAckedDeviation is the most there is, of a sample 5 times the estimate: when
	// video follows a time of sound alone, it must not take long to see that
	// (libwebrtc has no such limit; from 30 kbit/s to 2 Mbit/s takes it 8 s, not 3).
	maxAckedDeviation = 40.0
	// The variance of the estimate: of the first one, what the time of a sample adds,
	// in ackedWindow, since the bitrate changes, and what it is at least when a change
	// is expected.
	ackedVariance     = 50.0
	ackedVarianceStep = 5.0
	ackedVarianceFast = 200.0
)

// ackedBitrate estimates the bitrate at which the packets of one flow arrive. A
// sample weighs less the further it is from the estimate, as it is likely a burst
// or a pause (libwebrtc: goog_cc/bitrate_estimator.cc, a Bayesian estimate).
//
// Samples are measured by the receiver's clock alone, so that late, bunched
// feedback does not show in them; what several flows carry is the sum of their
// estimates. Only rateAt knows our clock: it makes a flow without feedback count
// as nothing. The zero value is ready.
//
// It differs from libwebrtc in this: a sample is divided by the time it really
// took, and not by the nominal window. There, a pause longer than the window makes
// the sample void: frames 200 ms apart, as of a shared screen, are never seen, and
// the estimate of a flow of which little is left stays as it was.
type ackedBitrate struct {
	heard    time.Time     // when feedback came last, by our clock
	last     time.Duration // the latest arrival
	elapsed  time.Duration // length of the sample at hand
	octets   int           // of the sample at hand
	estimate float64       // bits per second
	variance float64       // of the estimate's relative error, times ackedScale squared
	from     time.Duration // arrivals before do not count
	untold   bool          // feedback was missed since the last arrival
	started  bool          // there was an arrival
	known    bool          // there is an estimate
}

// add takes a packet that arrived, by the receiver's clock, and whether there was
// no more to send when it was sent. Arrivals that are a little out of order, within
// a feedback or because feedback was, count where time stands: nothing is lost or
// counted twice.
func (a *ackedBitrate) add(arrived time.Duration, size int, applicationLimited bool) {
	gap := arrived - a.last
	switch {
	case !a.started || gap < -ackedDisorder || gap > ackedPause && !a.known:
		a.restart(arrived)
	case a.untold:
		a.resume(arrived)
		return
	case arrived < a.from:
		return // of feedback that was overtaken, the time of which was left out
	case gap > 0:
		if gap > ackedPause {
			a.expectFastChange()
		}
		a.last = arrived
		a.elapsed += gap
	}
	window := ackedWindow
	if !a.known {
		window = firstAckedWindow
	}
	if a.elapsed >= window {
		a.sample(applicationLimited)
		a.elapsed, a.octets = 0, 0
	}
	a.octets += max(size, 0)
}

// feedback takes note that there was feedback from the flow, whatever it said.
func (a *ackedBitrate) feedback(now time.Time) { a.heard = now }

// missed takes note that feedback before the one at hand was lost: the time that it
// was about does not count, since nobody knows what arrived in it. Otherwise a path
// that loses a tenth of the feedback seems to carry that much less, and at worst,
// in one sample, nothing; overuse then brought the estimate down to that. (libwebrtc
// does not look. On a link of 10 Mbit/s that loses 5 and 10 % both ways, 82 and
// 53 % were used without this, and 86 and 79 with it.)
func (a *ackedBitrate) missed() { a.untold = a.started }

// resume goes on counting behind the first packet that is told of again.
func (a *ackedBitrate) resume(arrived time.Duration) {
	if arrived-a.last > ackedPause {
		a.expectFastChange()
	}
	a.untold = false
	a.last = max(a.last, arrived)
	a.from = a.last
}

// rate returns the estimate, and whether there is one: after half a second of
// arrivals.
func (a *ackedBitrate) rate() (Bitrate, bool) { return bounded(a.estimate), a.known }

// rateAt returns the estimate as rate does, but 0 when there was no feedback for
// a second: what a flow carried before it fell silent, it carries no more.
func (a *ackedBitrate) rateAt(now time.Time) (Bitrate, bool) {
	if now.Sub(a.heard) > ackedPause {
		return 0, a.known
	}
	return a.rate()
}

// expectFastChange lets the next few samples weigh more: when there is more to
// send again.
func (a *ackedBitrate) expectFastChange() { a.variance = max(a.variance, ackedVarianceFast) }

func (a *ackedBitrate) restart(arrived time.Duration) {
	a.started, a.last = true, arrived
	a.untold, a.from = false, arrived-ackedDisorder
	a.elapsed, a.octets = 0, 0
}

// sample weighs the octets of the time elapsed against the estimate.
func (a *ackedBitrate) sample(applicationLimited bool) {
	sample := float64(RateOf(a.octets, a.elapsed))
	if !a.known {
		a.known = true
		a.estimate, a.variance = sample, max(a.variance, ackedVariance)
		return
	}
	scale := ackedScale
	if sample < a.estimate && (applicationLimited || a.octets < smallSample) {
		scale = ackedScaleWeak
	}
	deviation := min(scale*math.Abs(sample-a.estimate)/max(a.estimate, 1), maxAckedDeviation)
	uncertainty := deviation * deviation
	prior := a.variance + ackedVarianceStep*float64(min(a.elapsed, ackedPause))/float64(ackedWindow)
	a.estimate = (uncertainty*a.estimate + prior*sample) / (uncertainty + prior)
	a.variance = uncertainty * prior / (uncertainty + prior)
}
