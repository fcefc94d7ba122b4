package watch

import "time"

// What a freeze is, by the definition of freezeCount in the WebRTC statistics
// (W3C webrtc-stats), with the details of libwebrtc's VideoQualityObserver: the
// gap itself is in the average, and fewer than five gaps make none.
const (
	freezeMemory   = 30 // gaps in the average
	freezeLeast    = 5  // gaps that there must be
	freezeFactor   = 3
	freezeIncrease = 150 * time.Millisecond
)

// freezes counts the gaps between shown frames that a viewer takes for a
// standstill.
type freezes struct {
	count   uint64
	total   time.Duration
	longest time.Duration

	started bool
	paused  bool
	last    time.Time // the last shown frame, or the end of the pause after it
	gaps    [freezeMemory]time.Duration
	known   int // gaps so far, up to freezeMemory
	next    int
	sum     time.Duration
}

// shown records a frame. resumed says that the publisher had paused before it.
func (f *freezes) shown(now time.Time, resumed bool) {
	if f.started && !f.paused && !resumed {
		gap := now.Sub(f.last)
		if f.isFreeze(gap) {
			f.count++
			f.total += gap
			f.longest = max(f.longest, gap)
		}
		f.add(gap)
	}
	f.started, f.last = true, now
}

// open returns how long a freeze has lasted that goes on, 0 when there is none.
func (f *freezes) open(now time.Time) time.Duration {
	if !f.started || f.paused {
		return 0
	}
	if gap := now.Sub(f.last); f.isFreeze(gap) {
		return gap
	}
	return 0
}

// pause makes the gap that is open, and all until resume, no freeze.
func (f *freezes) pause() { f.paused = true }

// resume waits for frames again, from now on.
func (f *freezes) resume(now time.Time) { f.paused, f.last = false, now }

func (f *freezes) isFreeze(gap time.Duration) bool {
	known, sum := f.known+1, f.sum+gap
	if f.known == freezeMemory {
		known, sum = freezeMemory, sum-f.gaps[f.next]
	}
	if known < freezeLeast {
		return false
	}
	average := sum / time.Duration(known)
	return gap >= max(freezeFactor*average, average+freezeIncrease)
}

func (f *freezes) add(gap time.Duration) {
	f.sum += gap - f.gaps[f.next]
	f.gaps[f.next] = gap
	f.next = (f.next + 1) % freezeMemory
	f.known = min(f.known+1, freezeMemory)
}
