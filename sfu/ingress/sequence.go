package ingress

import "github.com/atrium-rtc/atrium/sfu/packet"

// sequence gives the packets of one source their extended numbers, and notices
// a source that began anew.
type sequence struct {
	unwrap packet.Unwrapper
	shift  packet.ExtSeq // a multiple of a cycle, more with each restart

	suspect bool   // the last packet was too old to be one
	bad     uint16 // the number that would follow it
}

// next returns the extended number of a packet of the source. Two consecutive
// numbers that are both too old to be late packets mean that the source was
// restarted (RFC 3550 appendix A.1): the numbers then go on in a later cycle.
func (s *sequence) next(seq uint16) (ext packet.ExtSeq, restarted bool) {
	ext = s.unwrap.Unwrap(seq)
	highest, _ := s.unwrap.Highest()
	if highest-ext < windowSize {
		s.suspect = false
		return s.shift + ext, false
	}
	if !s.suspect || seq != s.bad {
		s.suspect, s.bad = true, seq+1
		return s.shift + ext, false
	}
	s.leave()
	return s.shift + s.unwrap.Unwrap(seq), true
}

// past returns the extended number of a packet that was sent before; ok is false
// for one that was not.
func (s *sequence) past(seq uint16) (ext packet.ExtSeq, ok bool) {
	highest, started := s.unwrap.Highest()
	if ahead := int16(seq - highest.Seq()); !started || ahead > 0 { //nolint:gosec // wrapping is meant
		return 0, false
	}
	return s.shift + s.unwrap.Unwrap(seq), true
}

// leave ends the source: whatever comes next goes on in a later cycle.
func (s *sequence) leave() {
	highest, started := s.unwrap.Highest()
	if !started {
		return
	}
	s.shift += highest>>16<<16 + firstCycle
	s.unwrap, s.suspect = packet.Unwrapper{}, false
}
