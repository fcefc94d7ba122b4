package udp

import (
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// refusalsUntilOff is how many destinations must refuse segments, and none take
	// any, before a group stops making them.
	refusalsUntilOff = 8
	// refusalLogInterval is how often a refusal may be logged for each group.
	refusalLogInterval = time.Minute
)

// segmentation is what the queues have learned about UDP_SEGMENT at one address.
// Any goroutine may use it.
type segmentation struct {
	works atomic.Bool // some destination took a run
	off   atomic.Bool

	mu      sync.Mutex
	refused []netip.AddrPort // until it works
	logged  time.Time
}

// accept notes that a run was sent.
func (s *segmentation) accept() {
	if !s.works.Load() {
		s.works.Store(true)
	}
}

// refuse notes that a destination took no run. A route may lead over a device
// without checksum offload, or have a small MTU; when all routes refuse, it is the
// machine that cannot. It says whether to log this one, and whether that was the
// refusal after which nobody tries again.
func (s *segmentation) refuse(to netip.AddrPort, now time.Time) (log, last bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if log = s.logged.IsZero() || now.Sub(s.logged) >= refusalLogInterval; log {
		s.logged = now
	}
	if s.works.Load() || s.off.Load() || slices.Contains(s.refused, to) {
		return log, false
	}
	if s.refused = append(s.refused, to); len(s.refused) < refusalsUntilOff {
		return log, false
	}
	s.refused = nil
	s.off.Store(true)
	return log, true
}

// refuseSegments notes and logs that a destination took no run.
func (g *group) refuseSegments(to netip.AddrPort, reason error) {
	log, last := g.segments.refuse(to, time.Now())
	if log {
		g.logger.Info("a destination takes no segments; its datagrams go one by one", "address", to, "reason", reason)
	}
	if last {
		g.logger.Warn("no destination takes segments; sending single datagrams costs more time",
			"tried", refusalsUntilOff, "reason", reason)
	}
}
