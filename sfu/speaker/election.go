package speaker

import (
	"math"
	"time"
)

// DecisionInterval is how often Election.Decide is to be called.
const DecisionInterval = 300 * time.Millisecond

// How much more than the dominant speaker another must speak, as the logarithm of
// the ratio of their scores: C1, C2 and C3 of the paper.
const (
	immediateRatio = 3
	mediumRatio    = 2
	longRatio      = 0
)

const (
	// leastLong is how many blocks of the last second must be speech, whatever the
	// dominant speaker does. The paper compares only, so that in a silent room any
	// noise of a block wins.
	leastLong = 3
	// termOfOffice is how long who has just become dominant stays so, unless silent
	// for a second: of two who talk at the same time, each pauses now and then.
	termOfOffice = 2 * time.Second
	// leastScore takes the place of scores that are negative, and have no logarithm.
	leastScore = 1e-10
	// early is how much before the interval is over a call may come: tickers are
	// not exact.
	early = DecisionInterval / 10
)

// Candidate is one track of an Election.
type Candidate[ID comparable] struct {
	ID       ID
	Snapshot Snapshot // of the moment of the decision
}

// Election finds the dominant speaker of a room as Volfin and Cohen do: who is
// dominant stays so until somebody else speaks clearly more in each of three
// intervals, which is when the one has paused and the other goes on. In silence
// nothing changes. It is owned by one goroutine; the zero value is ready.
type Election[ID comparable] struct {
	dominant ID
	elected  bool // there is one
	since    time.Time
	decided  time.Time
}

// Dominant returns who is dominant; false while nobody has spoken.
func (e *Election[ID]) Dominant() (ID, bool) { return e.dominant, e.elected }

// Decide looks who is dominant among candidates, each given once, and reports
// whether that changed. When nobody is, dominant is the zero ID. Called before
// DecisionInterval is over it only finds out that the dominant one has left. Among
// equals the first of the list wins.
func (e *Election[ID]) Decide(candidates []Candidate[ID], now time.Time) (dominant ID, changed bool) {
	holder, present := e.holder(candidates)
	left := e.elected && !present
	if left {
		*e = Election[ID]{}
	}
	if elapsed := now.Sub(e.decided); elapsed >= 0 && elapsed < DecisionInterval-early {
		return e.dominant, false
	}
	e.decided = now
	if e.elected && holder.Speaking && now.Sub(e.since) < termOfOffice {
		return e.dominant, false
	}
	winner, ok := e.challenger(candidates, holder)
	if ok {
		e.dominant, e.elected, e.since = winner, true, now
	}
	return e.dominant, ok || left
}

// holder returns the activity of who is dominant; that of a silent one if nobody
// is.
func (e *Election[ID]) holder(candidates []Candidate[ID]) (Snapshot, bool) {
	for i := range candidates {
		if e.elected && candidates[i].ID == e.dominant {
			return candidates[i].Snapshot, true
		}
	}
	return Snapshot{Level: Silence}, false
}

// challenger returns who speaks clearly more than the holder; of several, who did
// so most in the newest block, in the last second, and who is louder.
func (e *Election[ID]) challenger(candidates []Candidate[ID], holder Snapshot) (id ID, ok bool) {
	var best Snapshot
	than := scoresOf(holder)
	for i := range candidates {
		c := &candidates[i]
		if c.Snapshot.Long < leastLong || e.elected && c.ID == e.dominant {
			continue
		}
		if scoresOf(c.Snapshot).exceed(than) && (!ok || more(c.Snapshot, best)) {
			id, best, ok = c.ID, c.Snapshot, true
		}
	}
	return id, ok
}

func more(a, b Snapshot) bool {
	switch {
	case a.Medium != b.Medium:
		return a.Medium > b.Medium
	case a.Long != b.Long:
		return a.Long > b.Long
	default:
		return a.Level > b.Level
	}
}

// scores are the speech activity scores of the three intervals.
type scores struct{ immediate, medium, long float64 }

// scoresOf uses the parameters of Jitsi.
func scoresOf(s Snapshot) scores {
	return scores{
		immediate: score(s.Immediate, subBands, 0.78),
		medium:    score(s.Medium, frames, 24),
		long:      score(s.Long, blocks, 47),
	}
}

// exceed reports whether the scores are clearly above those of the dominant one.
func (s scores) exceed(than scores) bool {
	return math.Log(s.immediate/than.immediate) > immediateRatio &&
		math.Log(s.medium/than.medium) > mediumRatio &&
		math.Log(s.long/than.long) > longRatio
}

// score is the logarithm of how much likelier v active ones of n are in speech,
// where any number is likely (exponential with lambda), than in noise, where each
// is active by chance (binomial with one half).
func score(v uint8, n int, lambda float64) float64 {
	active := min(int(v), n)
	ways := 1.0
	for i := range active {
		ways = ways * float64(n-i) / float64(i+1)
	}
	s := math.Log(ways) - float64(n)*math.Ln2 - math.Log(lambda) + lambda*float64(active)
	return max(s, leastScore)
}
