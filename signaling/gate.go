package signaling

import (
	"errors"
	"maps"
	"net/netip"
	"slices"
	"sync"

	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

var (
	errFull        = errors.New("the server has no room for another connection")
	errNetworkFull = errors.New("too many connections from this address")
	errShut        = errors.New("the server is shutting down")
)

// gate counts the open sockets, in all and by network.
type gate struct {
	inside sync.WaitGroup // the goroutines of open sockets

	mu    sync.Mutex
	quota auth.Quota
	conns map[*rpc.Conn]struct{}
	shut  bool
}

// limit changes how many may be open; those that are stay.
func (g *gate) limit(most, perNetwork int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.quota.Limit(most, perNetwork)
}

// enter takes a place for a socket from the network, before it is upgraded.
func (g *gate) enter(from netip.Prefix) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut {
		return errShut
	}
	if err := g.quota.Take(from, errFull, errNetworkFull); err != nil {
		return err
	}
	if g.conns == nil {
		g.conns = make(map[*rpc.Conn]struct{})
	}
	g.inside.Add(1) // under the lock: nobody waits before the gate is shut
	return nil
}

// admit notes the socket that took the place, and reports false when the gate
// was shut meanwhile.
func (g *gate) admit(c *rpc.Conn) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.conns[c] = struct{}{}
	return !g.shut
}

// leave gives the place back, as the last thing the socket's goroutine does; c
// is nil when the upgrade failed.
func (g *gate) leave(from netip.Prefix, c *rpc.Conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.quota.Give(from)
	delete(g.conns, c)
	g.inside.Done()
}

func (g *gate) size() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.quota.Taken()
}

// unsent returns the octets that wait at all sockets. Each is asked, which costs a
// scrape less than every message would cost a count that all sockets share.
func (g *gate) unsent() (octets int) {
	g.mu.Lock()
	conns := slices.Collect(maps.Keys(g.conns))
	g.mu.Unlock()
	for _, conn := range conns {
		octets += conn.Waiting()
	}
	return octets
}

// close lets no more sockets in and returns those there are.
func (g *gate) close() []*rpc.Conn {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = true
	return slices.Collect(maps.Keys(g.conns))
}
