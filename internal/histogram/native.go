package histogram

import "math"

// Schema is the resolution of the native buckets: each is 2^(2^-Schema) times as wide as
// the one before.
const Schema = 3

const (
	// perOctave is the number of native buckets between a number and its double.
	perOctave = 1 << Schema

	// A float64 is 52 bits of a fraction below 11 bits of an exponent (IEEE 754).
	fractionBits = 52
	fractionMask = 1<<fractionBits - 1
	exponentBias = 1023
)

// steps are the upper bounds of the native buckets between 1 and 2, as the bits of
// their fractions; the last one is beyond all fractions.
func steps() (bounds [perOctave]uint64) {
	for i := range bounds {
		bounds[i] = math.Float64bits(math.Exp2(float64(i+1)/perOctave)) & fractionMask
	}
	bounds[perOctave-1] = fractionMask
	return bounds
}

// nativeIndex returns the bucket of a positive normal number, which may be negative.
func nativeIndex(v float64, steps *[perOctave]uint64) int {
	b := math.Float64bits(v)
	octave := int(b>>fractionBits) - exponentBias //nolint:gosec // 11 bits
	fraction := b & fractionMask
	if fraction == 0 { // the upper bound of the octave below
		return octave * perOctave
	}
	// The buckets are narrower at the beginning of the octave, so that the number's
	// eighth of it is at most two buckets too early.
	i := int(fraction >> (fractionBits - Schema)) //nolint:gosec // 3 bits
	for fraction > steps[i&(perOctave-1)] {
		i++
	}
	return octave*perOctave + i + 1
}

// NativeBound returns the upper bound of a native bucket.
func NativeBound(index int) float64 { return math.Exp2(float64(index) / perOctave) }
