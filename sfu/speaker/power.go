package speaker

import "math"

// The functions here are good to a hundredth of a decibel, where levels are whole
// ones, and several times cheaper than those of package math.

const (
	log2of10     = math.Ln10 / math.Ln2
	mantissaBits = 52
	exponentBias = 1023
)

// exp2 returns about 2 to the power of x, for x of -1000 to 1000: the whole part
// becomes the exponent of the number, and a polynomial its mantissa.
func exp2(x float64) float64 {
	whole := math.Floor(x)
	f := x - whole
	mantissa := 1 + f - f*(1-f)*(0.304072+0.079125*f)
	return math.Float64frombits(uint64(int64(whole)+exponentBias)<<mantissaBits) * mantissa //nolint:gosec // positive in the range
}

// log2 returns about the logarithm of x, a normal number above 0.
func log2(x float64) float64 {
	b := math.Float64bits(x)
	f := math.Float64frombits(b&(1<<mantissaBits-1)|exponentBias<<mantissaBits) - 1
	return float64(int64(b>>mantissaBits)-exponentBias) + f + f*(1-f)*(0.438073-f*(0.236693-0.080307*f)) //nolint:gosec // 11 bits
}

// power returns that of a loudness, where 1 is 0 dBov; silence has none.
func power(loudness uint8) float64 {
	if loudness == 0 {
		return 0
	}
	return exp2(float64(int(loudness)-maxLoudness) * (log2of10 / 10))
}

// decibel returns a power in dBov.
func decibel(power float64) int8 {
	const least = 1e-13 // below Silence
	return int8(math.Floor(min(max(10/log2of10*log2(max(power, least)), float64(Silence)), 0) + 0.5))
}
