package quality

import (
	"math"
	"time"
)

// The E-model, ITU-T G.107 (06/2015), with its default values for everything that
// a server cannot know (loudness, noise, quantizing distortion), for sound in Opus:
//
//	R = Ro - Is - Id - Ie,eff + A
//
// Ro - Is is 93.2 with the defaults, and A, the advantage of access, is 0. Of Id
// only Idd is left, the delay that disturbs although there is no echo: browsers
// cancel echo.
//
// The scale is that of narrowband telephony and ends at 93.2, a score of 4.41. That
// of G.107.2 for full band goes further, but has no agreed values for Opus: the
// Score compares one connection with another, and tells nothing of the codec.
const (
	defaultR = 93.2

	// Opus is not in G.113. At the bitrates of WebRTC it is at least as good as
	// G.711, which is the reference: no impairment without loss.
	opusIe = 0
	// Bpl says how well the codec conceals loss, in percent: the loss that takes
	// half of what there is. These are the figures of rtcscore (G. Garcia, 2020),
	// without and with redundancy. G.113 gives G.711 with concealment 25.1, so they
	// are cautious.
	opusBpl          = 10
	opusBplRedundant = 20

	// opusDelay is what a frame of 20 ms and the encoder's look-ahead take (RFC
	// 6716 section 2.1.4 and 4.2).
	opusDelay = 26500 * time.Microsecond
	// defaultJitterBuffer is taken while the receiver's is not known; NetEq's is
	// mostly between 40 and 80 ms.
	defaultJitterBuffer = 60 * time.Millisecond
	// quiet is the delay that nobody notices (mT in G.107 for the default class).
	quiet = 100 * time.Millisecond
	// maxDelay is where the model ends: no delay is worse.
	maxDelay = 10 * time.Second
)

// Sound is what reaches a listener's ear.
type Sound struct {
	// Lost is the share of sound, 0 to 1, that neither came nor could be repaired:
	// packets after retransmission and redundancy, or samples that were concealed.
	Lost float64
	// RTT is the round trip from the server to the listener, UplinkRTT that to
	// the talker; half of each counts.
	RTT, UplinkRTT time.Duration
	// JitterBuffer is the receiver's delay, 0 while unknown.
	JitterBuffer time.Duration
	// Redundant says that packets carry the sound of earlier ones: in-band FEC
	// (RFC 6716 section 2.1.7) or RED (RFC 2198).
	Redundant bool
}

// Score returns the score of the sound, 1 to 4.41.
func (s Sound) Score() Score { return MOS(s.R()) }

// R returns the transmission rating of G.107, up to 93.2. It may be negative.
func (s Sound) R() float64 {
	bpl := float64(opusBpl)
	if s.Redundant {
		bpl = opusBplRedundant
	}
	return defaultR - delayImpairment(s.delay()) - lossImpairment(opusIe, bpl, 100*fraction(s.Lost))
}

// delay returns the way from mouth to ear.
func (s Sound) delay() time.Duration {
	buffer := bounded(s.JitterBuffer)
	if buffer == 0 {
		buffer = defaultJitterBuffer
	}
	return bounded(s.RTT)/2 + bounded(s.UplinkRTT)/2 + buffer + opusDelay
}

func bounded(d time.Duration) time.Duration { return min(max(d, 0), maxDelay) }

// delayImpairment is Idd (equations 7-27 and 7-28) for the default class of delay
// sensitivity: mT is 100 ms and sT is 1.
func delayImpairment(d time.Duration) float64 {
	if d <= quiet {
		return 0
	}
	x := math.Log2(float64(d) / float64(quiet))
	root := func(x float64) float64 { return math.Pow(1+math.Pow(x, 6), 1./6) }
	return 25 * (root(x) - 3*root(x/3) + 2)
}

// lossImpairment is Ie,eff (equation 7-29) for loss at random, in percent: BurstR
// is 1. What retransmission and redundancy leave of a burst is not random, but how
// far from it the server does not know.
func lossImpairment(ie, bpl, percent float64) float64 {
	return ie + (95-ie)*percent/(percent+bpl)
}

// MOS returns the score that belongs to a transmission rating (G.107 Annex B). Up to
// about 6.5 the polynomial is not above 1, and the score is 1.
func MOS(r float64) Score {
	switch {
	case !(r > 0):
		return worst
	case r >= 100:
		return 4.5
	}
	return max(worst, Score(1+0.035*r+r*(r-60)*(100-r)*7e-6))
}
