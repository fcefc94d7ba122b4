package speaker

import (
	"math"
	"testing"
)

func TestPowerAndDecibelsAreExactEnough(t *testing.T) {
	for x := -45.0; x < 5; x += 0.013 {
		if got, want := exp2(x), math.Exp2(x); math.Abs(got/want-1) > 3e-4 {
			t.Fatalf("exp2(%g) is %g, want %g", x, got, want)
		}
		if got := log2(math.Exp2(x)); math.Abs(got-x) > 3e-4 {
			t.Fatalf("log2 of exp2(%g) is %g", x, got)
		}
	}
	for loudness := range uint8(maxLoudness + 1) {
		if got := int(decibel(power(loudness))); got != int(loudness)-maxLoudness {
			t.Errorf("loudness %d is %d dBov", loudness, got)
		}
	}
	if got := decibel(2); got != 0 {
		t.Errorf("more than full scale is %d dBov", got)
	}
}
