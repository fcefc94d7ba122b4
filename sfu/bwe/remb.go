package bwe

import "time"

// rembLifetime is how long a receiver's estimate (draft-alvestrand-rmcat-remb-03)
// counts. Browsers send one a second at least; when several are missing, better none
// than an old one.
const rembLifetime = 5 * time.Second

// rembLimit is the last estimate of the receiver. The zero value is ready.
type rembLimit struct {
	rate Bitrate
	at   time.Time
}

// set takes an estimate. 0 takes the one before away: a receiver that says so has
// none (libwebrtc: SendSideBandwidthEstimation::UpdateReceiverEstimate).
func (r *rembLimit) set(rate Bitrate, now time.Time) { r.rate, r.at = rate, now }

// limit returns the estimate, false while there is none, or none of the last 5 s.
func (r *rembLimit) limit(now time.Time) (Bitrate, bool) {
	if r.rate <= 0 || now.Sub(r.at) > rembLifetime {
		return 0, false
	}
	return r.rate, true
}
