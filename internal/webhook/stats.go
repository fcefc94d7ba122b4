package webhook

import (
	"maps"
	"time"
)

// Stats count what became of deliveries and events of one receiver, or of several together.
type Stats struct {
	Receivers int
	Sent      uint64           // deliveries that were taken
	Failures  map[Cause]uint64 // attempts that were not, by cause
	Retries   uint64           // attempts after a failure
	Dropped   map[Cause]uint64 // events that were not delivered at all
	Waiting   int              // events
	Bytes     int              // of those
	Oldest    time.Duration    // that one of them waits
}

// Stats may be called from any goroutine.
func (r *Receiver) Stats() Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := Stats{
		Receivers: 1, Sent: r.sent, Failures: maps.Clone(r.failures), Retries: r.retries, Dropped: maps.Clone(r.queue.dropped),
		Waiting: r.queue.events, Bytes: r.queue.bytes,
	}
	if at := r.queue.oldest(); !at.IsZero() {
		now.Oldest = time.Since(at)
	}
	return now
}

// Add adds those of another receiver.
func (s *Stats) Add(other Stats) {
	s.Receivers += other.Receivers
	s.Sent += other.Sent
	s.Retries += other.Retries
	s.Waiting += other.Waiting
	s.Bytes += other.Bytes
	s.Oldest = max(s.Oldest, other.Oldest)
	s.Failures = sum(s.Failures, other.Failures)
	s.Dropped = sum(s.Dropped, other.Dropped)
}

func sum(a, b map[Cause]uint64) map[Cause]uint64 {
	total := make(map[Cause]uint64, len(a)+len(b))
	for _, counts := range []map[Cause]uint64{a, b} {
		for cause, n := range counts {
			total[cause] += n
		}
	}
	return total
}
