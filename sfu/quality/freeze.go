package quality

import "time"

const (
	// A freeze is an interval between two frames that is three times the average of
	// the last 30, or 150 ms longer than that, whichever is more (W3C webrtc-stats,
	// freezeCount). libwebrtc's VideoQualityObserver has the interval itself among
	// the 30, and does not judge before there are five; so do we.
	freezeWindow = 30
	freezeSample = 5
	freezeFactor = 3
	freezeExcess = 150 // milliseconds

	// patience is how long nobody minds to wait where there is no average to
	// compare with: before the fifth frame, and after a pause, when a keyframe has
	// to be asked for. A longer wait is a freeze.
	patience = 2 * time.Second

	// A receiver that cannot decode repeats its request for a keyframe a few times a
	// second. One that has not asked for brokenFor got what it missed.
	brokenFor = 3 * time.Second
)

// Freezes finds the times in which a video stood still for its viewer, from when its
// frames went out. It is owned by one goroutine; the zero value is ready.
//
//	Start    Keyframe  Frames          Broken     Keyframe    Pause   Resume
//	  │────────│─│─│─│─│─│─│───────│─│─│×│×│×│×│×│×│─│─│─│─│─│─┤         ├──│─│
//	   FirstFrame           freeze      ◄─ freeze ──►           no freeze
//
// A receiver that asks for a keyframe shows nothing until it has one, although frames
// go out: those do not count. It noticed half a round trip before we know, and sees
// the keyframe half a round trip later, so such a freeze is a round trip longer
// than what is counted here.
//
// A pause is no freeze: whoever calls says when the viewer does not expect new
// pictures, because the video is muted or the publisher has none. That is so for a
// screen on which nothing moves, too.
type Freezes struct {
	origin time.Time     // of all times below
	latest time.Duration // of all calls

	start    time.Duration // of the wait for the first frame
	since    time.Duration // when the picture that stands now came, or Resume
	keyframe time.Duration // the last one
	asked    time.Duration // the last request for one
	pausedAt time.Duration

	first, frozen, paused time.Duration // results
	unwatched             time.Duration // when the first frame came, less the pauses before
	frames                uint64
	count                 uint32

	sum       uint32 // of intervals
	intervals [freezeWindow]uint16
	next, n   uint8

	started, shown   bool // Start was called, the first frame has gone out
	broken, inactive bool // no frame decodes before a keyframe, within a pause
	resumed          bool // since is a Resume, and not a frame

	recent recent
}

// FreezeStats is what Freezes has found. A freeze that goes on is in it.
type FreezeStats struct {
	Count  uint32        // freezes since the start
	Frozen time.Duration // in all
	// Of the last ten seconds: the number, and how long in all.
	RecentCount  int
	RecentFrozen time.Duration
	Ongoing      bool // the picture stands still now
	// Waiting says that the first frame has not gone out, FirstFrame how long that
	// takes or took from Start. Pauses do not count.
	Waiting    bool
	FirstFrame time.Duration
	Frames     uint64        // complete and decodable
	Paused     time.Duration // in all
	Watched    time.Duration // since the first frame, less pauses
}

// Start says that the viewer expects the video from now on. Further calls change
// nothing.
func (f *Freezes) Start(now time.Time) {
	t := f.advance(now)
	if !f.started {
		f.started, f.broken, f.start = true, true, t
	}
}

// Frame says that the last packet of a frame has gone out that is no keyframe.
func (f *Freezes) Frame(now time.Time) {
	t := f.advance(now)
	if f.broken && f.shown && t-f.asked >= brokenFor {
		f.broken = false
	}
	if !f.broken {
		f.show(t)
	}
}

// Keyframe says that the last packet of a keyframe has gone out.
func (f *Freezes) Keyframe(now time.Time) {
	f.Start(now)
	t := f.latest
	if !f.inactive {
		f.broken, f.keyframe = false, t
	}
	f.show(t)
}

// Broken says that the receiver asks for a keyframe (PLI or FIR): it cannot decode
// what it gets. A request that comes less than a round trip after a keyframe was
// made before that arrived, and is ignored; rtt is 0 while it is not known.
func (f *Freezes) Broken(now time.Time, rtt time.Duration) {
	t := f.advance(now)
	if f.shown && !f.inactive && t-f.keyframe >= rtt {
		f.broken, f.asked = true, t
	}
}

// Pause says that the viewer does not expect frames from now on.
func (f *Freezes) Pause(now time.Time) {
	t := f.advance(now)
	if f.inactive {
		return
	}
	f.close(t)
	f.inactive, f.pausedAt = true, t
}

// Resume ends a Pause.
func (f *Freezes) Resume(now time.Time) {
	t := f.advance(now)
	if !f.inactive {
		return
	}
	f.inactive, f.resumed, f.since = false, true, t
	f.paused += t - f.pausedAt
	if f.started && !f.shown {
		f.start += t - max(f.pausedAt, f.start)
	}
}

// At returns what was found up to now.
func (f *Freezes) At(now time.Time) FreezeStats {
	t := f.advance(now)
	s := FreezeStats{
		Count: f.count, Frozen: f.frozen, Ongoing: f.freezing(t), Frames: f.frames,
		Waiting: f.started && !f.shown, FirstFrame: f.first, Paused: f.paused,
	}
	if s.Ongoing {
		s.Count++
		s.Frozen += t - f.since
	}
	s.RecentFrozen, s.RecentCount = f.recent.sum(f.since, t, s.Ongoing)
	if f.inactive {
		s.Paused += t - f.pausedAt
	}
	if f.shown {
		s.Watched = t - s.Paused - f.unwatched
	}
	if s.Waiting {
		s.FirstFrame = t - f.start
		if f.inactive {
			s.FirstFrame = max(f.pausedAt-f.start, 0)
		}
	}
	return s
}

// show takes a frame that can be decoded.
func (f *Freezes) show(t time.Duration) {
	if !f.started || f.inactive {
		return
	}
	f.frames++
	switch {
	case !f.shown:
		f.shown, f.first, f.unwatched = true, t-f.start, t-f.paused
	default:
		f.close(t)
		if !f.resumed {
			f.remember(t - f.since)
		}
	}
	f.since, f.resumed = t, false
}

// close counts the interval that ends at t, if it is a freeze.
func (f *Freezes) close(t time.Duration) {
	if f.freezing(t) {
		f.count++
		f.frozen += t - f.since
		f.recent.add(f.since, t, 1)
	}
}

// freezing reports whether a frame that came at t would end a freeze. Once it is true
// it stays true until one comes: the average is not rounded, as it is in libwebrtc.
func (f *Freezes) freezing(t time.Duration) bool {
	if !f.shown || f.inactive {
		return false
	}
	n := min(int64(f.n)+1, freezeWindow)
	if f.resumed || n < freezeSample {
		return t-f.since >= patience
	}
	interval := (t - f.since).Milliseconds()
	sum := int64(f.sum) + interval
	if f.n == freezeWindow {
		sum -= int64(f.intervals[f.next])
	}
	return interval*n >= max(freezeFactor*sum, sum+freezeExcess*n)
}

// remember adds an interval to the average, up to a minute.
func (f *Freezes) remember(interval time.Duration) {
	ms := uint16(min(interval.Milliseconds(), 60_000)) //nolint:gosec // time does not go back
	if f.n == freezeWindow {
		f.sum -= uint32(f.intervals[f.next])
	} else {
		f.n++
	}
	f.sum += uint32(ms)
	f.intervals[f.next] = ms
	f.next = (f.next + 1) % freezeWindow
}

// advance returns now as the time since the first call. Time does not go back: an
// earlier now counts as the latest one.
func (f *Freezes) advance(now time.Time) time.Duration {
	if f.origin.IsZero() {
		f.origin = now
	}
	f.latest = max(f.latest, now.Sub(f.origin))
	return f.latest
}
