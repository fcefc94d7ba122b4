package flight

import "time"

const (
	// lateShare is the share of late packets, of those of one second, that is a
	// spike: then their 99th percentile is above the limit.
	lateShare = 0.01
	// fewest packets in a second of which a share means anything.
	fewest = 20
	// rest is the time between two recordings.
	rest = 5 * time.Minute
)

// Verdict is what a second was.
type Verdict int

// The verdicts.
const (
	Calm  Verdict = iota
	Spike         // packets were late: write a recording
	Held          // packets were late, but there is a recording of that already
)

// Trigger decides when forwarding is so late that a recording is worth writing. It
// writes one at the beginning of trouble, not while it lasts, and none until rest
// has passed since the one before. The zero Trigger is ready.
type Trigger struct {
	late, all uint64 // as of the last look
	looked    bool
	calm      bool      // the last look found nothing
	recorded  time.Time // zero before the first
}

// Look takes how many packets were late and how many there were, since the start,
// about once a second. It returns the numbers of the time since the last look with
// the verdict; the first look has none.
func (t *Trigger) Look(now time.Time, late, all uint64) (v Verdict, newLate, newAll uint64) {
	newLate, newAll = late-t.late, all-t.all
	first := !t.looked || late < t.late || all < t.all
	t.late, t.all, t.looked = late, all, true
	if first {
		t.calm = true
		return Calm, 0, 0
	}
	if newAll < fewest || float64(newLate) <= lateShare*float64(newAll) {
		t.calm = true
		return Calm, newLate, newAll
	}
	begins := t.calm
	t.calm = false
	if !begins || !t.recorded.IsZero() && now.Sub(t.recorded) < rest {
		return Held, newLate, newAll
	}
	t.recorded = now
	return Spike, newLate, newAll
}
