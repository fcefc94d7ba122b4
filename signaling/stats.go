package signaling

import (
	"maps"
	"sync"
	"sync/atomic"

	"github.com/atrium-rtc/atrium/internal/histogram"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// Stats is a snapshot for metrics; each number is right, though not all at the
// same instant. The keys of its maps are small fixed sets.
type Stats struct {
	// Now.
	Sockets, Sessions int
	// Waiting are the sessions that wait for a lost client to come back.
	Waiting int
	// Inbox are the requests of all sessions that wait for their turn, Outbox the
	// octets that wait to be written at all sockets.
	Inbox, Outbox int
	Draining      bool
	MaxSockets    int // the limit in force; 0 is none

	// Since NewServer.
	SocketsOpened, SessionsStarted uint64
	// SocketsRefused is by reason: "origin", "full", "address", "draining".
	SocketsRefused map[string]uint64
	// SessionsEnded is by reason: "left", "closed by client", "hung up", "lost",
	// "replaced", "room closed", "too much unsent", "fault", "shutdown".
	SessionsEnded map[string]uint64
	// SlowConsumers are sockets closed because their client did not read.
	SlowConsumers uint64
	// Takeovers are sessions continued on another socket, Repeats requests that
	// were answered from memory.
	Takeovers, Repeats uint64
	Notifications      uint64
	// Panics are faults of ours, of which each has ended a session.
	Panics  uint64
	Traffic rpc.Traffic
	// Requests has success of each method from the start, and failures as they occur.
	Requests map[RequestOutcome]uint64
	// RequestSeconds is, for each of api.Methods and "other", the time from reading a
	// request to its answer.
	RequestSeconds map[string]histogram.Snapshot
}

// The reasons for refusing a socket.
const (
	refusedOrigin      = "origin"
	refusedFull        = "full"
	refusedNetworkFull = "address"
	refusedDraining    = "draining"
)

type counters struct {
	sockets, sessions, slowConsumers, takeovers, repeats, notifications, panics atomic.Uint64
	lost                                                                        atomic.Int64 // sessions waiting for a socket

	requests *requestCounters

	mu       sync.Mutex // of the maps, which change with sockets and sessions only
	refusals map[string]uint64
	endings  map[string]uint64
}

// begin puts all reasons at 0, so that the first of each is seen as an increase.
func (c *counters) begin() {
	c.requests, c.refusals, c.endings = newRequestCounters(), make(map[string]uint64), make(map[string]uint64)
	for _, why := range []string{refusedOrigin, refusedFull, refusedNetworkFull, refusedDraining} {
		c.refusals[why] = 0
	}
	for _, e := range endings() {
		c.endings[e.why] = 0
	}
}

// Stats returns a snapshot.
func (s *Server) Stats() Stats {
	c := &s.counters
	stats := Stats{
		Sockets:         s.gate.size(),
		Outbox:          s.gate.unsent(),
		Draining:        s.draining.Load(),
		MaxSockets:      s.opts.Load().MaxSessions,
		SocketsOpened:   c.sockets.Load(),
		SessionsStarted: c.sessions.Load(),
		SlowConsumers:   c.slowConsumers.Load(),
		Takeovers:       c.takeovers.Load(),
		Panics:          c.panics.Load(),
		Repeats:         c.repeats.Load(),
		Notifications:   c.notifications.Load(),
		Traffic:         s.upgrader.Traffic(),
	}
	stats.Sessions, stats.Waiting, stats.Inbox = s.sessions.census()
	stats.Requests, stats.RequestSeconds = c.requests.snapshot()
	c.mu.Lock()
	defer c.mu.Unlock()
	stats.SocketsRefused, stats.SessionsEnded = maps.Clone(c.refusals), maps.Clone(c.endings)
	return stats
}

func (c *counters) refused(why string) { c.count(c.refusals, why) }

func (c *counters) ended(e ending) { c.count(c.endings, e.why) }

func (c *counters) count(m map[string]uint64, key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m[key]++
}
