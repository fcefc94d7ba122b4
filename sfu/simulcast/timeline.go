package simulcast

import "time"

const (
	// maxSkew is how far captures and arrivals may disagree about the time
	// between two sources before the references count as wrong.
	maxSkew = 2 * time.Second
	// squeeze is how many times closer than captured the frames of a source go
	// out that is behind: those of 30 a second, a millisecond apart.
	squeeze = 32
	// late is more than the time for which frames are squeezed in, and after which
	// one of them may still come.
	late = time.Minute
	// silence is how long nothing must have come until a timestamp may be more
	// than half a cycle away from the one before.
	silence = time.Hour
)

// timeline maps the timestamps of successive sources onto one that only moves
// forward.
//
// The encodings of a publisher have clocks of their own that start anywhere
// (RFC 3550 section 5.1), and its sender reports tell what they have in common.
// A frame of the new source may have been captured before the newest frame that
// went out: the old source was ahead. Such frames are squeezed in close to each
// other, until the new source has caught up; from there on every timestamp is
// exact again, and so is the distance to the sound.
//
//	captured      0   33   66  100  133  166  200  ms
//	old source    o    o    o    o
//	new source         n    n    n    n    n
//	out           0   33   66  100
//	                           101 102 103 133  166
//
// Where a frame goes depends on its timestamp alone, not on which others came:
// a late one finds the place that it would have had.
type timeline struct {
	clockRate uint32 // Hz
	offset    uint32 // outgoing timestamp minus the source's, when it is exact
	started   bool
	first     uint32 // timestamp of the source's first frame
	lag       uint32 // ticks by which that one went out later than captured

	// The outgoing timeline in ticks, one cycle up so that nothing underflows; a
	// timestamp is its low 32 bits. The exact place of the newest frame, and when
	// that came, is where arrivals are counted from: nothing adds up over the hours
	// in which two clocks drift apart.
	highest  uint64 // latest used so far
	anchor   uint64
	anchorAt time.Time
}

func newTimeline(clockRate, first uint32) timeline {
	at := 1<<32 + uint64(first)
	return timeline{clockRate: clockRate, highest: at, anchor: at}
}

// begin starts a source with the timestamp ts, received at now.
func (t *timeline) begin(ts uint32, before, after Reference, now time.Time) {
	out := t.anchor
	t.lag = 0
	if t.started {
		arrived := t.anchor + t.ticks(now.Sub(t.anchorAt))
		var ok bool
		switch out, ok = t.byCapture(ts, before, after, arrived); {
		case !ok:
			// The frame has come early, or was captured at the same moment as the last.
			out = max(arrived, t.highest+t.step())
		case out <= t.highest:
			t.lag = uint32(t.highest + t.step() - out) // little more than maxSkew at most
		}
	}
	t.offset = uint32(out) - ts // modulo 2^32 is meant
	t.first, t.started = ts, true
	t.highest = max(t.highest, out)
	t.anchor, t.anchorAt = out, now
}

// beginBehind starts the first source with a frame of its past: ts came a while
// ago, newest is the timestamp of the last frame that came, at now. The frames in
// between go out close to each other, and the newest at its exact place.
func (t *timeline) beginBehind(ts, newest uint32, now time.Time) {
	behind := newest - ts
	t.lag = behind - behind/squeeze
	t.offset = uint32(t.anchor) - t.lag - ts // modulo 2^32 is meant
	t.first, t.started = ts, true
	t.anchorAt = now
}

// byCapture returns the place of ts on the outgoing timeline that the references
// of both sources tell. ok is false when they do not, or are far from what
// arrivals tell.
func (t *timeline) byCapture(ts uint32, before, after Reference, arrived uint64) (out uint64, ok bool) {
	if !before.Known() || !after.Known() {
		return 0, false
	}
	captured := after.Wall.Add(t.duration(int32(ts - after.RTP))) // the shorter way round
	old := before.RTP + t.signedTicks(captured.Sub(before.Wall))  // what the old source's clock showed then
	ahead := int32(old + t.offset - uint32(arrived))              // the shorter way round
	out = uint64(int64(arrived) + int64(ahead))                   //nolint:gosec // far from overflow
	return out, t.duration(ahead).Abs() <= maxSkew && out+t.ticks(maxSkew) > t.highest
}

// place returns the outgoing timestamp of a source timestamp that came at a
// moment. Each new frame goes out after those before it, whatever the captures
// say.
func (t *timeline) place(ts uint32, at time.Time) uint32 {
	silent := at.Sub(t.anchorAt) >= silence
	if silent || t.lag != 0 && uint64(ts-t.first) >= t.ticks(late) && int32(ts-t.first) > 0 {
		t.lag = 0
	}
	delay := t.delay(ts)
	out := ts + t.offset + delay
	ahead := out - uint32(t.highest)
	if silent || int32(ahead) > 0 { // wrapping is the point
		t.highest += uint64(ahead)
		if at.After(t.anchorAt) {
			t.anchor, t.anchorAt = t.highest-uint64(delay), at
		}
	}
	return out
}

// delay returns how much later than captured a frame of the source goes out.
func (t *timeline) delay(ts uint32) uint32 {
	if t.lag == 0 {
		return 0
	}
	elapsed := max(int32(ts-t.first), 0)
	caughtUp := uint32(elapsed - elapsed/squeeze)
	if caughtUp >= t.lag {
		return 0
	}
	return t.lag - caughtUp
}

// ticks converts a duration to the nearest clock tick, zero when it is negative.
// Seconds and the rest are taken apart so that nothing overflows.
func (t *timeline) ticks(d time.Duration) uint64 {
	if d <= 0 {
		return 0
	}
	rate := uint64(t.clockRate)
	seconds, rest := uint64(d/time.Second), uint64(d%time.Second)
	return seconds*rate + (rest*rate+uint64(time.Second)/2)/uint64(time.Second)
}

// signedTicks converts a duration of either sign to ticks of a timestamp.
func (t *timeline) signedTicks(d time.Duration) uint32 {
	if d < 0 {
		return -uint32(t.ticks(-d)) // modulo 2^32 is meant
	}
	return uint32(t.ticks(d)) // likewise
}

// duration converts ticks to a duration.
func (t *timeline) duration(ticks int32) time.Duration {
	return time.Duration(ticks) * time.Second / time.Duration(t.clockRate)
}

// step is the least advance between frames of two sources: a millisecond.
func (t *timeline) step() uint64 { return max(uint64(t.clockRate)/1000, 1) }
