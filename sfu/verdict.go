package sfu

import "github.com/atrium-rtc/atrium/sfu/quality"

// Verdict is the quality of what somebody receives, in one word.
type Verdict string

// The verdicts: a score of 3.5 or more, of 2.5 or more, and below. To get better a score
// must be 0.2 above that.
const (
	VerdictGood Verdict = "good"
	VerdictFair Verdict = "fair"
	VerdictPoor Verdict = "poor"
)

// QualityVerdict is the verdict on a subscription: that on its track which is received
// worst.
type QualityVerdict struct {
	Verdict Verdict
	Kind    Kind    // of that track
	Score   float64 // of that track when its verdict changed, 1 to 5; 0: never yet
	Cause   QualityCause
}

// verdicts are those on the tracks of one subscription.
type verdicts struct {
	audio, video QualityVerdict
	told         QualityVerdict
}

// judged runs on the shard.
func (s *Subscription) judged(kind Kind, v quality.Verdict, r quality.Report) {
	if s.verdict == nil {
		return
	}
	one := QualityVerdict{verdictOf(v), kind, float64(r.Score), causeOf(r.Cause)}
	s.tell(func() {
		if all, changed := s.verdicts.change(one); changed {
			s.verdict(all)
		}
	})
}

// change takes the verdict on one track. It returns that on all, and whether it has
// changed.
func (v *verdicts) change(one QualityVerdict) (all QualityVerdict, changed bool) {
	if one.Kind == Audio {
		v.audio = one
	} else {
		v.video = one
	}
	all = v.audio
	if v.video.Verdict.worse(v.audio.Verdict) || v.audio.Kind == 0 {
		all = v.video
	}
	changed = all.Verdict.worse(v.told.Verdict) || v.told.Verdict.worse(all.Verdict)
	if changed {
		v.told = all
	}
	return all, changed
}

// worse reports whether v is worse than o; what is not said is good.
func (v Verdict) worse(o Verdict) bool { return v.rank() > o.rank() }

func (v Verdict) rank() int {
	switch v {
	case VerdictPoor:
		return 2
	case VerdictFair:
		return 1
	default:
		return 0
	}
}

func verdictOf(v quality.Verdict) Verdict {
	switch v {
	case quality.Poor:
		return VerdictPoor
	case quality.Fair:
		return VerdictFair
	default:
		return VerdictGood
	}
}
