package crowd

// seen is how many of the latest numbers are remembered, in words of 64.
const seen = 8

// sequence keeps account of the numbers of one RTP stream. The zero value is
// ready.
type sequence struct {
	begun          bool
	first, highest uint64 // unwrapped; the first cycle is 1, so that earlier numbers have a place
	bitmap         [seen]uint64

	unique     uint64 // each number once
	duplicates uint64 // numbers that had come already
	old        uint64 // too far back to tell
}

// add takes a packet's number, and reports whether it came for the first time.
func (s *sequence) add(number uint16) bool {
	if !s.begun {
		s.begun = true
		s.first = 1<<16 + uint64(number)
		s.highest = s.first
		s.set(s.first)
		s.unique++
		return true
	}
	// The number's distance to the highest, forwards or backwards (RFC 1982).
	ahead := int64(int16(number - uint16(s.highest))) //nolint:gosec // meant to wrap
	at := s.highest + uint64(ahead)                   //nolint:gosec // two's complement subtracts
	switch {
	case ahead > 0:
		s.forget(uint64(ahead))
		s.highest = at
	case -ahead >= seen*64:
		s.old++
		return false
	case s.has(at):
		s.duplicates++
		return false
	case at < s.first:
		s.first = at
	}
	s.set(at)
	s.unique++
	return true
}

// lost returns how many numbers between the first and the highest did not come.
func (s *sequence) lost() uint64 {
	if !s.begun {
		return 0
	}
	return s.highest - s.first + 1 - s.unique
}

// forget makes room for so many numbers above the highest.
func (s *sequence) forget(n uint64) {
	if n >= seen*64 {
		s.bitmap = [seen]uint64{}
		return
	}
	for i := s.highest + 1; i <= s.highest+n; i++ {
		s.bitmap[i/64%seen] &^= 1 << (i % 64)
	}
}

func (s *sequence) set(at uint64) { s.bitmap[at/64%seen] |= 1 << (at % 64) }

func (s *sequence) has(at uint64) bool { return s.bitmap[at/64%seen]&(1<<(at%64)) != 0 }
