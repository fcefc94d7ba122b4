package histogram

import "math"

// Schema is the resolution of the native buckets: each is 2^(2^-Schema) times as wide as
// the one before.
const Schema = 3

// perOctave is the number of native buckets between a number and its double.
const perOctave = 1 << Schema

// steps returns the upper bounds of the native buckets between 1/2 and 1, in the range
// of math.Frexp's fraction.
func steps() (bounds [perOctave]float64) {
	for i := range bounds {
		bounds[i] = math.Exp2(float64(i+1)/perOctave - 1)
	}
	return bounds
}

// nativeIndex returns the bucket of a positive finite number, which may be negative.
func nativeIndex(v float64, steps *[perOctave]float64) int {
	fraction, exponent := math.Frexp(v)
	i := 0
	for i < perOctave-1 && fraction > steps[i] {
		i++
	}
	// The fraction 1/2 is the upper bound of the octave below.
	if fraction == 0.5 {
		i = -1
	}
	return (exponent-1)*perOctave + i + 1
}

// NativeBound returns the upper bound of a native bucket.
func NativeBound(index int) float64 { return math.Exp2(float64(index) / perOctave) }
