package room

import (
	"cmp"
	"slices"
	"time"
)

// verdictInterval is how often a participant is told of changed verdicts at most.
const verdictInterval = 2 * time.Second

// Verdict is the quality of a stream that somebody receives, in one word.
type Verdict string

// The verdicts, by the worse of sound and picture: a score of 3.5 or more, of 2.5 or more,
// and below. A verdict gets better when the score is 0.2 above that.
const (
	VerdictGood Verdict = "good"
	VerdictFair Verdict = "fair"
	VerdictPoor Verdict = "poor"
)

// StreamVerdict is the verdict on one stream that a participant receives.
type StreamVerdict struct {
	Publisher string
	Stream    string // the id of the stream among the publisher's
	Verdict   Verdict
	Kind      MediaKind // what is received worst: Audio or Video
	Score     float64   // of that, 1 to 5
	Cause     QualityCause
}

// QualityEvent says on which of the streams that To receives the verdict has changed. It
// comes every two seconds at most for each participant, and tells then how it is by now;
// what was bad and is good again in between is not told. A stream counts as good before.
type QualityEvent struct {
	To      ParticipantInfo
	Changed []StreamVerdict
}

// MediaVerdict is what the media plane says of a subscription.
type MediaVerdict struct {
	Verdict Verdict
	Kind    MediaKind
	Score   float64
	Cause   QualityCause
}

// judge takes a new verdict on a subscription, and tells its owner when that is due.
func (r *room) judge(c *connection, v MediaVerdict, now time.Time) {
	c.verdict = v
	if now.Before(c.owner.nextVerdicts) {
		r.state.verdictsDue = earlier(r.state.verdictsDue, c.owner.nextVerdicts)
		return
	}
	r.tellVerdicts(c.owner, now)
}

// tellDueVerdicts tells those whose time has come, and notes when to look again.
func (r *room) tellDueVerdicts(now time.Time) {
	s := r.state
	if s.verdictsDue.IsZero() || now.Before(s.verdictsDue) {
		return
	}
	s.verdictsDue = time.Time{}
	for _, m := range s.order {
		if now.Before(m.nextVerdicts) {
			s.verdictsDue = earlier(s.verdictsDue, m.nextVerdicts)
		} else {
			r.tellVerdicts(m, now)
		}
	}
}

// tellVerdicts tells a participant what has changed, if anything has.
func (r *room) tellVerdicts(m *member, now time.Time) {
	event := QualityEvent{To: r.state.info(m)}
	for _, at := range m.receive {
		c := at.live
		if c == nil || c.verdict.Verdict.word() == c.told.word() {
			continue
		}
		v := c.verdict
		c.told = v.Verdict
		event.Changed = append(event.Changed, StreamVerdict{c.stream.user, c.stream.id, v.Verdict, v.Kind, v.Score, v.Cause})
	}
	if len(event.Changed) == 0 {
		return
	}
	slices.SortFunc(event.Changed, func(a, b StreamVerdict) int {
		return cmp.Or(cmp.Compare(a.Publisher, b.Publisher), cmp.Compare(a.Stream, b.Stream))
	})
	m.nextVerdicts = now.Add(verdictInterval)
	r.emit("OnQuality", func(h EventHandler) { h.OnQuality(event) })
}

// word is the verdict, good where nothing was said.
func (v Verdict) word() Verdict {
	if v == "" {
		return VerdictGood
	}
	return v
}

// earlier returns the earlier of two moments, where zero is never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
