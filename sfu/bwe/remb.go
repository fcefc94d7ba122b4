package bwe

import (
	"encoding/binary"
	"math"
	"time"
)

// A receiver's estimated maximum bitrate (draft-alvestrand-rmcat-remb-03 section
// 2.2). Behind the header and two SSRCs, the second of which is 0, come
//
//	"REMB"
//	count of SSRCs (8) | exponent (6) | mantissa (18)
//
// and the SSRCs of the streams that it is about.
const (
	rembName  = 8 // octets before it, from the first SSRC on
	rembCount = 12
	rembSSRCs = 16
)

// rembLifetime is how long a receiver's estimate counts. Browsers send one a second
// at least; when several are missing, better none than an old one.
const rembLifetime = 5 * time.Second

// ReadREMB reads the bitrate of one RTCP packet, header included. It reports false
// for anything else, and for what is malformed. A bitrate beyond all links is one at
// the bound.
func ReadREMB(b []byte) (Bitrate, bool) {
	message, err := feedbackMessage(b, payloadSpecificFeedback, formatApplication)
	if err != nil || len(message) < rembSSRCs || string(message[rembName:rembCount]) != "REMB" {
		return 0, false
	}
	if len(message) != rembSSRCs+4*int(message[rembCount]) {
		return 0, false
	}
	coded := binary.BigEndian.Uint32(message[rembCount:])
	exponent, mantissa := int(coded>>18&(1<<6-1)), coded&(1<<18-1)
	return bounded(math.Ldexp(float64(mantissa), exponent)), true
}

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
