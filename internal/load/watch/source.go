package watch

import (
	"time"

	"github.com/atrium-rtc/atrium/sfu/nack"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// A number that is further than this from the highest one belongs to a sequence
// that began anew (RFC 3550 appendix A.1), unless the media clock says that so
// much time has passed.
const (
	maxDropout      = 3000
	dropoutMismatch = 5 * time.Second
)

// source is one SSRC, or one of several sequences that it began.
type source struct {
	ssrc      uint32
	timestamp uint32    // of the newest packet
	newest    time.Time // when that came
	numbers   packet.Unwrapper
	nack      bool           // the server repairs what is missing
	repeats   bool           // ... by packets that look like the originals
	detector  *nack.Detector // nil until something is missing
	reception reception
	ledger    ledger
	clockRate int64
}

// place gives the packet its extended number. It returns false for one that
// cannot be of this sequence.
func (s *source) place(a *arrival) bool {
	highest, started := s.numbers.Highest()
	if !started {
		a.seq = s.numbers.Unwrap(a.number)
		s.timestamp, s.newest = a.timestamp, a.now
		return true
	}
	step := int16(a.number - highest.Seq())
	switch {
	case step <= -ledgerSize:
		return false
	case step > maxDropout && !s.steady(a):
		return false
	}
	a.seq = s.numbers.Unwrap(a.number)
	if step > 0 {
		s.timestamp, s.newest = a.timestamp, a.now
	}
	return true
}

// steady reports whether the media clock advanced since the newest packet about
// as much as ours.
func (s *source) steady(a *arrival) bool {
	media := time.Duration(int32(a.timestamp-s.timestamp)) * time.Second / time.Duration(s.clockRate)
	off := a.now.Sub(s.newest) - media
	return off.Abs() < dropoutMismatch
}

// detect takes a packet that came for the first time; highest was the highest
// number before, 0 if there was none. The Detector is made at the first gap: most
// sources never have one, and it has room for nack.MaxMissing.
func (s *source) detect(a *arrival, highest packet.ExtSeq) {
	if s.detector == nil {
		if !s.nack || highest == 0 || a.seq <= highest+1 {
			return
		}
		s.detector = nack.NewDetector()
		s.detector.Received(highest, a.now)
	}
	s.detector.Received(a.seq, a.now)
}
