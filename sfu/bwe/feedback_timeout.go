package bwe

import "time"

const (
	// maxRoundTrip is beyond which the path is congested, whatever else is thought
	// of it; then the estimate falls by backoffFactor each backoffInterval, but not
	// below leastEstimate (libwebrtc: RttBasedBackoff in
	// goog_cc/send_side_bandwidth_estimation.cc).
	maxRoundTrip    = 3 * time.Second
	backoffFactor   = 0.8
	backoffInterval = time.Second

	// A path is silent after minSilence without feedback while packets wait for it,
	// or after three round trips and a feedback interval if that is longer, but
	// after maxSilence in any case.
	minSilence      = time.Second
	maxSilence      = 3 * time.Second
	silenceTrips    = 3
	silenceInterval = 300 * time.Millisecond
)

// feedbackTimeout looks after feedback that does not come, or comes very late. The
// zero value is ready; nothing is ever late before there was any feedback, since
// there may never be.
type feedbackTimeout struct {
	trip    time.Duration // the round trip
	heard   time.Time     // the last feedback
	last    time.Time     // the last packet
	waiting time.Time     // the first packet since the last feedback, zero when none

	reduced time.Time // the last time
	allowed Bitrate   // what is left of the estimate, 0 while the round trip is fine
	back    bool
}

// sent takes note of a packet of which there will be feedback.
func (f *feedbackTimeout) sent(now time.Time) {
	f.last = now
	if f.waiting.IsZero() && !f.heard.IsZero() {
		f.waiting = now
	}
}

// feedback takes note of feedback.
func (f *feedbackTimeout) feedback(now time.Time) {
	if silence, _ := f.silent(now); silence > minSilence {
		f.back = true
	}
	f.heard, f.waiting = now, time.Time{}
}

// roundTrip sets the round-trip time.
func (f *feedbackTimeout) roundTrip(d time.Duration) { f.trip = max(d, 0) }

// corrected returns the round-trip time, and how long packets were sent without
// feedback since it was measured: it is at least that much now. While nothing is
// sent it does not grow.
func (f *feedbackTimeout) corrected() time.Duration {
	if f.heard.IsZero() {
		return 0
	}
	return f.trip + max(f.last.Sub(f.heard), 0)
}

// limit returns what is left of the estimate: less every second while the round
// trip is too long, all of it otherwise. It should be called every now and then,
// and with an estimate that does not follow what it returns.
func (f *feedbackTimeout) limit(estimate Bitrate, now time.Time) Bitrate {
	if f.corrected() <= maxRoundTrip {
		f.allowed = 0
		return estimate
	}
	switch {
	case f.allowed == 0:
		f.reduce(estimate, now)
	case now.Sub(f.reduced) >= backoffInterval:
		f.reduce(min(f.allowed, estimate), now)
	}
	return min(f.allowed, estimate)
}

func (f *feedbackTimeout) reduce(from Bitrate, now time.Time) {
	f.reduced = now
	f.allowed = max(from.Scale(backoffFactor), leastEstimate)
}

// silent returns how long packets have waited for feedback, and whether that is so
// long that the path must be taken for gone: then no padding and no video should be
// sent. Something has to be sent every now and then all the same, sound or a packet
// a second, or nobody would learn that the path is back.
func (f *feedbackTimeout) silent(now time.Time) (time.Duration, bool) {
	if f.waiting.IsZero() {
		return 0, false
	}
	silence := max(now.Sub(f.waiting), 0)
	allowed := min(max(silenceTrips*f.trip+silenceInterval, minSilence), maxSilence)
	return silence, silence > allowed
}

// recovered reports, once, that feedback came after a silence of more than a
// second: it is time to find out what the path carries now.
func (f *feedbackTimeout) recovered(time.Time) bool {
	back := f.back
	f.back = false
	return back
}
