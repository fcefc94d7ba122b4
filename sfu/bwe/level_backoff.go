package bwe

import "time"

const (
	// A video is not raised again for some time after it had to be reduced:
	// firstBackoff, and twice as long whenever a reduction comes within tooSoon of
	// a raise, up to longestBackoff. After calmTime without a reduction the next
	// one counts as the first.
	firstBackoff   = 2 * time.Second
	longestBackoff = 30 * time.Second
	tooSoon        = 10 * time.Second
	calmTime       = time.Minute
	// pauseTime is how long a video is paused at least.
	pauseTime = time.Second
)

// levelBackoff keeps the level of one video from going up and down.
type levelBackoff struct {
	until           time.Time // no raise before
	wait            time.Duration
	raised, reduced time.Time
}

// holds reports whether it is too early to raise the video.
func (b *levelBackoff) holds(now time.Time) bool { return now.Before(b.until) }

// raise takes note that the video was raised or resumed.
func (b *levelBackoff) raise(now time.Time) { b.raised = now }

// reduce takes note that the video had to be reduced because it did not fit.
func (b *levelBackoff) reduce(now time.Time) {
	switch {
	case b.wait == 0 || now.Sub(b.reduced) >= calmTime:
		b.wait = firstBackoff
	case now.Sub(b.raised) <= tooSoon:
		b.wait = min(2*b.wait, longestBackoff)
	}
	b.reduced = now
	b.until = now.Add(b.wait)
}

// pause takes note that the video was paused, for whatever reason.
func (b *levelBackoff) pause(now time.Time) {
	if soonest := now.Add(pauseTime); b.until.Before(soonest) {
		b.until = soonest
	}
}

// forgive lets the video go up at once: its viewer asked for something else.
func (b *levelBackoff) forgive() { b.until = time.Time{} }
