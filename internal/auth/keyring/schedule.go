package keyring

import "time"

// firstRetry is how long after a failure the next try comes. It doubles with each
// failure, up to the usual interval.
const firstRetry = 5 * time.Second

// schedule decides when to load. It has no clock.
type schedule struct {
	interval time.Duration // between loads that succeed
	cooldown time.Duration // between a load and one that was asked for

	last     time.Time // the last try
	failures int       // since the last success
}

// next returns when to load without being asked.
func (s *schedule) next() time.Time {
	wait := s.interval
	if s.failures > 0 {
		wait = min(wait, firstRetry<<min(s.failures-1, 16))
	}
	return s.last.Add(wait)
}

// mayAsk reports whether somebody who asks gets a load.
func (s *schedule) mayAsk(now time.Time) bool { return now.Sub(s.last) >= s.cooldown }

// tried notes a load.
func (s *schedule) tried(now time.Time, err error) {
	s.last = now
	if s.failures++; err == nil {
		s.failures = 0
	}
}
