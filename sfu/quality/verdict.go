package quality

// Verdict is a score in one word, for those who are told when it changes. The zero value
// is Good: so it is as long as nothing else is known.
type Verdict uint8

// The verdicts, from the best.
const (
	Good Verdict = iota
	Fair
	Poor
)

// Where the verdicts part, in the middle between the words of ITU-T P.800; and by how much
// a score must be above that for the verdict to get better, so that one that lingers there
// is told once.
const (
	leastGood     Score = 3.5
	leastFair     Score = 2.5
	verdictMargin       = 0.2
)

// Next returns the verdict on a new score, after v. Where there was nothing to judge it
// stays as it is.
func (v Verdict) Next(s Score) Verdict {
	if s == 0 {
		return v
	}
	next := verdictOn(s)
	if next < v { // better
		next = min(v, verdictOn(s-verdictMargin))
	}
	return next
}

func verdictOn(s Score) Verdict {
	switch {
	case s >= leastGood:
		return Good
	case s >= leastFair:
		return Fair
	default:
		return Poor
	}
}
