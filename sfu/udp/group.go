package udp

import (
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync"

	"github.com/atrium-rtc/atrium/internal/demux"
)

// group is the sockets that share one address, with the tables that tell whose
// a datagram is. The kernel spreads what comes among the sockets by its source,
// and an agent sends on any of them: what is learned on one, all must know.
type group struct {
	index    int // among the Mux's
	bound    netip.AddrPort
	sockets  []*socket
	counters *counters
	logger   *slog.Logger
	paths    table
	segments segmentation

	mu     sync.RWMutex            // before the stripes' locks
	ufrags map[string][]*muxedConn // an agent's candidates at this address, oldest first
	next   int                     // the socket that the next candidate sends on
	closed bool
}

func newGroup(index int, bound netip.AddrPort, c *counters, logger *slog.Logger) *group {
	return &group{
		index:    index,
		bound:    bound,
		counters: c,
		logger:   logger.With("socket", bound),
		ufrags:   make(map[string][]*muxedConn),
	}
}

// byRequest finds the connection a binding request is for. It goes by the
// username even from a known address: the address may have a new user, and that
// agent must be able to answer. nil without an error: nobody has that name, or who has
// it has learned too many addresses already.
func (g *group) byRequest(b []byte, from netip.AddrPort) (*muxedConn, error) {
	ufrag, err := demux.LocalUfrag(b)
	if err != nil {
		return nil, err
	}
	if p := g.paths.get(keyOf(from)); p != nil && p.conn.ufrag == string(ufrag) {
		p.hear()
		return p.conn, nil
	}
	g.mu.RLock()
	defer g.mu.RUnlock()
	conns := g.ufrags[string(ufrag)]
	if len(conns) == 0 {
		return nil, nil
	}
	if c := nearest(conns, from); c.learned < maxLearned {
		return c, nil
	}
	return nil, nil
}

// bySource finds the connection that owns what arrives from an address, or nil.
func (g *group) bySource(kind demux.Class, from netip.AddrPort) *muxedConn {
	p := g.paths.get(keyOf(from))
	if p == nil {
		return nil
	}
	if kind != demux.STUN {
		// A response proves little: whoever is sent a check may answer it.
		p.hear()
	}
	return p.conn
}

// nearest chooses among one agent's candidates on a wildcard address, which
// does not tell the address a datagram was sent to: a loopback candidate for a
// loopback source, the oldest other one for the rest.
func nearest(conns []*muxedConn, from netip.AddrPort) *muxedConn {
	loopback := from.Addr().IsLoopback()
	for _, c := range conns {
		if c.local.Addr().IsLoopback() == loopback {
			return c
		}
	}
	return conns[0]
}

// add registers a new candidate of ufrag's agent. Candidates take turns with the
// sockets that they send on.
func (g *group) add(p *Peer, ufrag string, local netip.AddrPort) (*muxedConn, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return nil, net.ErrClosed
	}
	c := &muxedConn{socket: g.sockets[g.next], peer: p, ufrag: ufrag, local: local}
	c.inbox.init(p.queueLength)
	g.next = (g.next + 1) % len(g.sockets)
	g.ufrags[ufrag] = append(g.ufrags[ufrag], c)
	return c, nil
}

// remove forgets a candidate and its addresses.
func (g *group) remove(c *muxedConn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, remote := range c.remotes {
		g.paths.delete(remote)
	}
	c.remotes = nil
	rest := slices.DeleteFunc(g.ufrags[c.ufrag], func(o *muxedConn) bool { return o == c })
	if len(rest) == 0 {
		delete(g.ufrags, c.ufrag)
		return
	}
	g.ufrags[c.ufrag] = rest
}

// connsOf returns the candidates of one agent.
func (g *group) connsOf(ufrag string) []*muxedConn {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return slices.Clone(g.ufrags[ufrag])
}

// close closes the sockets and every connection on them.
func (g *group) close() error {
	g.mu.Lock()
	g.closed = true
	var conns []*muxedConn
	for _, cs := range g.ufrags {
		conns = append(conns, cs...)
	}
	g.mu.Unlock()
	errs := make([]error, len(g.sockets))
	for i, s := range g.sockets {
		errs[i] = s.raw.Close()
	}
	for _, c := range conns {
		_ = c.Close()
	}
	return errors.Join(errs...)
}

// size returns how many candidates and how many learned addresses there are.
func (g *group) size() (conns, addresses int) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	for _, cs := range g.ufrags {
		conns += len(cs)
	}
	return conns, g.paths.size()
}
