package load

// search decides which loads to try to find the largest that holds: it doubles
// until one breaks, then halves the distance. It assumes that a load above one
// that broke would break too. It is owned by one goroutine.
type search struct {
	limit  int // never try more
	next   int // to try; 0 when done
	held   int // largest that held
	broken int // smallest that broke; 0 while none
}

// precision is the distance between held and broken at which the answer is good
// enough, as a share of held: runs differ by more.
const precision = 0.05

func newSearch(start, limit int) *search {
	limit = max(limit, 1)
	return &search{limit: limit, next: min(max(start, 1), limit)}
}

// tried records how the load s.next did and chooses the next one.
func (s *search) tried(held bool) {
	if held {
		s.held = max(s.held, s.next)
	} else if s.broken == 0 || s.next < s.broken {
		s.broken = s.next
	}
	switch {
	case s.broken == 0 && s.held >= s.limit:
		s.next = 0
	case s.broken == 0:
		s.next = min(2*s.held, s.limit)
	case s.broken-s.held <= max(1, int(precision*float64(s.held))):
		s.next = 0
	default:
		s.next = s.held + (s.broken-s.held)/2
	}
}

// done reports whether the answer is held.
func (s *search) done() bool { return s.next == 0 }
