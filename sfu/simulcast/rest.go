package simulcast

import "time"

// restAfter is how long nobody must have used an encoding before its publisher
// is told to stop it. Starting it again costs a round trip of signalling and a
// keyframe, so a viewer who looks away for a moment should not have to pay that.
const restAfter = 5 * time.Second

// Rest decides which encodings of a track its publisher is to send. One that is
// wanted is started at once; one that nobody uses rests after a while. It is owned
// by one goroutine.
type Rest struct {
	count  int   // encodings
	active uint8 // as bits
	unused [MaxEncodings]time.Time
}

// NewRest returns the state of a track with count encodings, which are all sent.
func NewRest(count int) *Rest {
	count = min(count, MaxEncodings)
	return &Rest{count: count, active: 1<<count - 1}
}

// Active returns the encodings that are to be sent, as bits.
func (r *Rest) Active() uint8 { return r.active }

// Update takes the encodings that somebody uses, as bits, and reports whether
// Active has changed and after how long to call again without a change of used;
// 0 is never.
func (r *Rest) Update(used uint8, now time.Time) (changed bool, wait time.Duration) {
	before := r.active
	for i := range r.count {
		bit := uint8(1) << i
		switch {
		case used&bit != 0:
			r.active |= bit
			r.unused[i] = time.Time{}
		case r.active&bit == 0:
		case r.unused[i].IsZero():
			r.unused[i] = now
			wait = sooner(wait, restAfter)
		case now.Sub(r.unused[i]) >= restAfter:
			r.active &^= bit
		default:
			wait = sooner(wait, restAfter-now.Sub(r.unused[i]))
		}
	}
	return r.active != before, wait
}

// sooner returns the shorter of two waits, where 0 is none.
func sooner(a, b time.Duration) time.Duration {
	if a == 0 {
		return b
	}
	return min(a, b)
}
