package quality

import (
	"math"
	"time"
)

// The model of moving pictures is ours. It is made of parts that ITU-T
// recommendations for streams have, and multiplies what each leaves of the scale
// from 1 to 5, as G.1070 does with coding, frame rate and loss:
//
//   - A picture smaller than its place loses by the logarithm of how much it is
//     enlarged (P.1203.1 section 8.1, with its coefficients): a quarter of the
//     pixels costs a fifth, a sixteenth more than half.
//   - Fewer frames than 24 in a second lose by P.1203.1 as well, with its
//     coefficients. We count the frames against the best that there is, since the
//     server is not to blame for a publisher that makes only 15.
//   - Frozen time and the number of freezes take off exponentially, as stalling does
//     in P.1203.3. There the share of stalled time has 0.92 for a whole film; in a
//     conversation the ten seconds are all there is, and a freeze of all of them is
//     bad: 0.35 is ours. The 9.35 for the number is theirs.
//
// What P.1203 was trained on is television over HTTP. That the score falls where it
// should is tested, that it falls by the right amount nobody has measured.
const (
	upscalingWeight = 72.61 // u1
	upscalingShape  = 0.32  // u2

	frameRateLimit = 24.0  // frames per second that lack nothing
	frameRateA     = 30.98 // t1
	frameRateB     = 1.29  // t2
	frameRateC     = 64.65 // t3

	frozenScale  = 0.35
	freezesScale = 9.35158684 // s1

	// recentSpan is the time for which freezes count.
	recentSpan = recentSlots * time.Second
)

// Picture is what a viewer saw of a video in the last ten seconds.
type Picture struct {
	// Size is what the viewer is given and WantedSize what would fill its place, in
	// pixels of one picture. Bits per second may stand for both, where the size is
	// not known. Without a WantedSize nothing is missing.
	Size, WantedSize float64
	// Rate is that of the frames, and BestRate what the publisher makes, per
	// second. Without a BestRate nothing is missing.
	Rate, BestRate float64
	// Frozen is the share of time, 0 to 1, in which the picture stood still when it
	// should not have, and Freezes how often that was.
	Frozen  float64
	Freezes int
}

// Score returns the score of the picture, 1 to 5.
func (p Picture) Score() Score {
	left := p.sharpness() * p.smoothness() *
		math.Exp(-fraction(p.Frozen)/frozenScale) * math.Exp(-float64(max(p.Freezes, 0))/freezesScale)
	return worst + (best-worst)*Score(left)
}

// sharpness is what the size leaves, 0 to 1.
func (p Picture) sharpness() float64 {
	enlarged := 1 / ratio(p.Size, p.WantedSize) // infinite for nothing at all
	return 1 - fraction(upscalingWeight*math.Log10(1+upscalingShape*(enlarged-1))/100)
}

// smoothness is what the frame rate leaves, 0 to 1.
func (p Picture) smoothness() float64 {
	rate := frameRateLimit * ratio(p.Rate, p.BestRate)
	return 1 - fraction((frameRateA-frameRateB*rate)/(frameRateC+rate))
}

// ratio returns how much of what is wanted is given, 0 to 1; 1 when nothing is
// wanted.
func ratio(given, wanted float64) float64 {
	if !(wanted > 0) {
		return 1
	}
	if math.IsInf(given, 1) {
		return 1
	}
	return fraction(given / wanted)
}
