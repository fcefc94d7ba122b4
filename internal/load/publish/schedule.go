package publish

import "time"

// schedule is the moments at which frames are captured: phase + n/perSecond,
// without rounding that adds up. Times count from the Sender's start.
type schedule struct {
	phase     time.Duration
	perSecond uint64
	n         uint64 // the next frame
}

// due returns when the next frame is captured.
func (s *schedule) due() time.Duration {
	return s.phase + time.Duration(s.n*uint64(time.Second)/s.perSecond)
}

// timestamp returns the next frame's RTP timestamp, from 0 for the first.
func (s *schedule) timestamp(clockRate uint32) uint32 {
	return uint32(s.n * uint64(clockRate) / s.perSecond)
}

// timestampAt returns what the media clock shows at any moment.
func (s *schedule) timestampAt(at time.Duration, clockRate uint32) uint32 {
	at -= s.phase
	whole, rest := at/time.Second, at%time.Second
	return uint32(int64(whole)*int64(clockRate) + int64(rest)*int64(clockRate)/int64(time.Second))
}

// skip moves on to the first frame that is not due before `to`, and returns how
// many it left out.
func (s *schedule) skip(to time.Duration) uint64 {
	before := s.n
	for s.due() < to {
		s.n += max(1, uint64(to-s.due())*s.perSecond/uint64(time.Second))
	}
	return s.n - before
}
