package rpc

import (
	"sync/atomic"
	"time"

	"github.com/atrium-rtc/atrium/internal/awake"
)

// silence is how long nothing has come from the peer. The reader notes what comes, and the
// writer looks at it when it may have lasted too long:
//
//	heard ──PingInterval──► ping ──► ping ── QuietAfter ──► OnQuiet ── PeerTimeout ──► lost
//	  ▲                                                        │
//	  └────────────────────── anything comes ──────────────────┘ OnQuiet
type silence struct {
	since atomic.Int64 // UnixNano at which something came last
	quiet atomic.Bool  // for longer than QuietAfter
	tell  atomic.Pointer[func()]
}

// OnQuiet has fn called whenever what Quiet returns changes, in place of an earlier one. It is called on goroutines
// of the Conn and must not block.
func (c *Conn) OnQuiet(fn func()) { c.silence.tell.Store(&fn) }

// Quiet reports whether nothing has come from the peer for QuietAfter.
func (c *Conn) Quiet() bool { return c.silence.quiet.Load() }

// heard notes that something came.
func (s *silence) heard(now time.Time) {
	s.since.Store(now.UnixNano())
	s.change(false)
}

func (s *silence) change(quiet bool) {
	if s.quiet.Load() == quiet || !s.quiet.CompareAndSwap(!quiet, quiet) {
		return
	}
	if tell := s.tell.Load(); tell != nil {
		(*tell)()
	}
}

// lookAt pings a peer that has been silent for some time, and tells of it when that was
// long. It returns when to look again. A look that comes late says more of the server than of
// the peer, of which something may wait to be read.
func (c *Conn) lookAt(now, due time.Time) time.Duration {
	lasted := time.Duration(now.UnixNano() - c.silence.since.Load())
	if lasted < c.cfg.PingInterval {
		return c.cfg.PingInterval - lasted
	}
	c.out.putPing()
	if awake.Overslept(due, now) {
		return time.Second
	}
	if lasted >= c.cfg.QuietAfter {
		c.silence.change(true)
		return c.cfg.PingInterval
	}
	return min(c.cfg.PingInterval, c.cfg.QuietAfter-lasted)
}
