package speaker

import (
	"math"
	"time"
)

const (
	// dtxSize is the largest payload, in octets, that has no sound: what an
	// encoder sends in place of silence (RFC 6716 section 2.1.9).
	dtxSize = 2
	// lowestRate is the least that Opus needs for speech, in bit/s (RFC 6716
	// section 2.1.1). What takes less is silence.
	lowestRate = 6000
	// Sizes that differ by less than constantNumerator/constantDenominator are
	// those of a constant bit rate.
	constantNumerator, constantDenominator = 5, 4

	floorLoudness  = 60  // of the smallest packets of a track: -67 dBov
	octaveLoudness = 30  // more for each doubling of the rate
	topLoudness    = 107 // -20 dBov
)

// sizes guesses loudness from the sizes of a track's packets. An encoder with a
// variable bit rate spends on speech one and a half to four times what it spends
// on the noise of a quiet room, and with DTX next to nothing on that, so the rate
// is compared with the least of the last seconds.
//
// It can tell speech from a pause, with the delay of no packet. It cannot tell a
// loud voice from a quiet one, nor speech from music or a passing car: what is
// rich costs bits, loud or not. The figures in dBov are only made to lie on the
// right side of the threshold. Until a track has paused once, and forever with a
// constant bit rate, it can tell nothing.
type sizes struct{ rates spread }

// loudness takes a packet. known is false when sizes tell nothing.
func (z *sizes) loudness(size int, d time.Duration, at int64) (loudness uint8, known bool) {
	if size <= dtxSize {
		return 0, true
	}
	rate := uint32(min(int64(size)*8*int64(time.Second)/int64(d), math.MaxUint32)) //nolint:gosec // bounded, not negative
	if rate < lowestRate {
		return 0, true
	}
	z.rates.add(rate, at)
	b := z.rates.bounds()
	if uint64(b.greatest)*constantDenominator < uint64(b.least)*constantNumerator {
		return floorLoudness, false
	}
	octaves := log2(float64(rate) / float64(b.least))
	return uint8(min(floorLoudness+octaveLoudness*octaves, topLoudness)), true
}
