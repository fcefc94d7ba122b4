package quality

import "math"

// Score is a mean opinion score on the scale of ITU-T P.800: 5 is excellent, 4
// good, 3 fair, 2 poor and 1 bad. 0 says that there was nothing to judge.
//
// It is a model's guess and not the result of a listening test. Scores of sound
// and of pictures come from different models, and should not be averaged.
type Score float64

const (
	worst Score = 1
	best  Score = 5
)

// fraction holds a share to 0 to 1. What is no number is 0.
func fraction(x float64) float64 {
	if !(x > 0) {
		return 0
	}
	return math.Min(x, 1)
}
