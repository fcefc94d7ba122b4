package quality

import "testing"

func TestAVerdictChangesOnceWhereAScoreLingers(t *testing.T) {
	var v Verdict
	for i, step := range []struct {
		score Score
		want  Verdict
	}{
		{0, Good},
		{4.4, Good},
		{3.5, Good},
		{3.49, Fair},
		{3.55, Fair},
		{3.49, Fair},
		{3.71, Good},
		{1.2, Poor},
		{2.6, Poor},
		{2.75, Fair},
		{2.4, Poor},
		{0, Poor},
		{5, Good},
	} {
		if v = v.Next(step.score); v != step.want {
			t.Fatalf("step %d: a score of %v makes the verdict %d, want %d", i, step.score, v, step.want)
		}
	}
}
