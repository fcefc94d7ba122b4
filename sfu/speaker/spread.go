package speaker

import "time"

// spreadWindow is how long a spread looks back at least: people pause for breath
// more often.
const spreadWindow = 8 * time.Second

// spread keeps the least and the greatest of the values of the last 8 to 16
// seconds: those of the window that runs, and of the one before. A minimum found
// so follows a noise that grows within two windows, and one that shrinks at once
// (the idea of minimum statistics, R. Martin, 2001).
type spread struct {
	current, previous bounds
	end               int64 // of the current window, Unix nanoseconds
	settled           bool  // there was a whole window
}

// bounds are the least and the greatest value of a window that has one.
type bounds struct{ least, greatest uint32 }

// add takes a value. After a time without values the window before is the last
// that had any.
func (s *spread) add(v uint32, at int64) {
	switch {
	case s.end == 0:
		s.current = bounds{v, v}
	case at >= s.end || at < s.end-int64(spreadWindow): // over, or the clock was set back
		s.previous, s.current, s.settled = s.current, bounds{v, v}, true
	default:
		s.current = bounds{min(s.current.least, v), max(s.current.greatest, v)}
		return
	}
	s.end = at + int64(spreadWindow)
}

// bounds returns the least and the greatest value, zeros before the first.
func (s *spread) bounds() bounds {
	if !s.settled {
		return s.current
	}
	return bounds{min(s.current.least, s.previous.least), max(s.current.greatest, s.previous.greatest)}
}
