package signaling

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/atrium-rtc/atrium/signaling/api"
)

// Stats is a snapshot for metrics; each number is right, though not all at the
// same instant. The keys of its maps are small fixed sets.
type Stats struct {
	// Now.
	Sockets, Sessions int

	// Since NewServer.
	SocketsOpened, SessionsStarted uint64
	// SocketsRefused is by reason: "origin", "full", "address", "draining".
	SocketsRefused map[string]uint64
	// SessionsEnded is by reason: "left", "closed by client", "hung up", "lost",
	// "replaced", "room closed", "too much unsent", "shutdown".
	SessionsEnded map[string]uint64
	// SlowConsumers are sockets closed because their client did not read.
	SlowConsumers uint64
	// Takeovers are sessions continued on another socket, Repeats requests that
	// were answered from memory.
	Takeovers, Repeats uint64
	Notifications      uint64
	Requests           map[RequestOutcome]uint64
}

// RequestOutcome labels a count of requests.
type RequestOutcome struct {
	Method string   // one of api.Methods, or "other"
	Code   api.Code // 0: success
}

// The reasons for refusing a socket.
const (
	refusedOrigin      = "origin"
	refusedFull        = "full"
	refusedNetworkFull = "address"
	refusedDraining    = "draining"
)

type counters struct {
	sockets, sessions, slowConsumers, takeovers, repeats, notifications atomic.Uint64
	lost                                                                atomic.Int64 // sessions waiting for a socket

	mu       sync.Mutex // of the maps
	refusals map[string]uint64
	endings  map[string]uint64
	requests map[RequestOutcome]uint64
}

// Stats returns a snapshot.
func (s *Server) Stats() Stats {
	c := &s.counters
	c.mu.Lock()
	defer c.mu.Unlock()
	return Stats{
		Sockets:         s.gate.size(),
		Sessions:        s.sessions.size(),
		SocketsOpened:   c.sockets.Load(),
		SessionsStarted: c.sessions.Load(),
		SocketsRefused:  maps.Clone(c.refusals),
		SessionsEnded:   maps.Clone(c.endings),
		SlowConsumers:   c.slowConsumers.Load(),
		Takeovers:       c.takeovers.Load(),
		Repeats:         c.repeats.Load(),
		Notifications:   c.notifications.Load(),
		Requests:        maps.Clone(c.requests),
	}
}

func (c *counters) refused(why string) { count(c, &c.refusals, why) }

func (c *counters) ended(e ending) { count(c, &c.endings, e.why) }

// request counts a request. Methods are the client's words: unknown ones are
// counted as one, or the map would grow at a stranger's will.
func (c *counters) request(method string, code api.Code) {
	if !slices.Contains(api.Methods(), method) {
		method = "other"
	}
	count(c, &c.requests, RequestOutcome{method, code})
}

func count[K comparable](c *counters, m *map[K]uint64, key K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if *m == nil {
		*m = make(map[K]uint64)
	}
	(*m)[key]++
}
