package tcp

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// acceptRetry is the pause after a failed accept, as when there are no file
// descriptors left.
const acceptRetry = 100 * time.Millisecond

// Config says what a Mux works on.
type Config struct {
	// Listeners are owned by the Mux from here on: Listen's, or those of a
	// simulated network. Their addresses are *net.TCPAddr, with one port, which is
	// that of all candidates.
	Listeners []net.Listener
	// Logger is nil for none.
	Logger *slog.Logger
}

// Mux shares a TCP port among ICE agents. It is an ice.TCPMux. Any goroutine may
// call its methods.
type Mux struct {
	listeners []net.Listener
	port      uint16
	logger    *slog.Logger
	pool      pool
	counters  counters

	mu     sync.Mutex         // before a conn's
	ufrags map[string][]*conn // each agent's candidates, oldest first
	lobby  lobby
	closed bool

	done       chan struct{}
	closeOnce  sync.Once
	closeErr   error
	goroutines sync.WaitGroup
}

// New starts one acceptor goroutine for each listener. On an error the listeners
// are closed.
func New(cfg Config) (*Mux, error) {
	m := &Mux{
		listeners: cfg.Listeners, logger: cfg.Logger,
		ufrags: make(map[string][]*conn), lobby: newLobby(), done: make(chan struct{}),
	}
	if m.logger == nil {
		m.logger = slog.New(slog.DiscardHandler)
	}
	if len(cfg.Listeners) == 0 {
		return nil, ErrNoListener
	}
	bound, err := addrPortOf(cfg.Listeners[0].Addr())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("listener: %w", err), closeAll(cfg.Listeners))
	}
	m.port = bound.Port()
	for _, l := range m.listeners {
		m.goroutines.Go(func() { m.accept(l) })
	}
	return m, nil
}

// accept runs until the listener is closed.
func (m *Mux) accept(l net.Listener) {
	failing := false
	for {
		raw, err := l.Accept()
		switch {
		case err == nil:
			failing = false
			m.admit(raw)
			continue
		case errors.Is(err, net.ErrClosed):
			return
		case !failing:
			failing = true
			m.logger.Warn("accepting a TCP connection failed, trying on", "listener", l.Addr(), "error", err)
		}
		m.counters.acceptErrors.Add(1)
		select {
		case <-time.After(acceptRetry):
		case <-m.done:
			return
		}
	}
}

// admit starts the reader of a new connection, or closes it.
func (m *Mux) admit(raw net.Conn) {
	s, err := newStream(m, raw)
	if err != nil {
		m.logger.Warn("a TCP connection cannot be used", "error", err)
		_ = raw.Close()
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.closed:
		_ = raw.Close()
	case !m.lobby.enter(s):
		m.counters.refused[tooMany].Add(1)
		_ = raw.Close()
	default:
		m.goroutines.Go(s.serve)
	}
}

// join gives a connection to the candidate that it is for.
func (m *Mux) join(s *stream, ufrag []byte) refusal {
	m.mu.Lock()
	defer m.mu.Unlock()
	conns := m.ufrags[string(ufrag)]
	c := nearest(conns, s.local)
	if c == nil {
		return noAgent
	}
	total := 0
	for _, o := range conns {
		total += o.size()
	}
	if total >= maxStreams || !c.attach(s) {
		return agentFull
	}
	m.lobby.leave(s)
	m.counters.connections.Add(1)
	return admitted
}

// nearest chooses among an agent's candidates the one at a local address, else
// the oldest of its family: behind one-to-one NAT connections come to an address
// that no candidate names. nil: there is none.
func nearest(conns []*conn, local netip.Addr) *conn {
	var family *conn
	for _, c := range conns {
		if c.local == local {
			return c
		}
		if family == nil && c.local.Is4() == local.Is4() {
			family = c
		}
	}
	return family
}

// refuse ends a connection that is nobody's.
func (m *Mux) refuse(s *stream, reason refusal) {
	_ = s.raw.Close()
	m.mu.Lock()
	m.lobby.leave(s)
	m.mu.Unlock()
	m.counters.refused[reason].Add(1)
}

// GetConnByUfrag returns the candidate at a local address of the agent with this
// username fragment. The agent closes it; until then there is no second one
// (ErrCandidateExists).
func (m *Mux) GetConnByUfrag(ufrag string, isIPv6 bool, local net.IP) (net.PacketConn, error) {
	return m.Peer().GetConnByUfrag(ufrag, isIPv6, local)
}

func (m *Mux) add(p *Peer, ufrag string, local net.IP) (*conn, error) {
	addr, ok := netip.AddrFromSlice(local)
	if !ok {
		return nil, fmt.Errorf("candidate %v: %w", local, ErrNotTCP)
	}
	c := &conn{mux: m, peer: p, ufrag: ufrag, local: addr.Unmap()}
	c.inbox.init()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, io.ErrClosedPipe
	}
	if slices.ContainsFunc(m.ufrags[ufrag], func(o *conn) bool { return o.local == c.local }) {
		return nil, fmt.Errorf("candidate %v of %q: %w", c.local, ufrag, ErrCandidateExists)
	}
	m.ufrags[ufrag] = append(m.ufrags[ufrag], c)
	p.conns = append(p.conns, c)
	return c, nil
}

// forget takes a candidate out of the tables.
func (m *Mux) forget(c *conn) {
	m.mu.Lock()
	defer m.mu.Unlock()
	itself := func(o *conn) bool { return o == c }
	c.peer.conns = slices.DeleteFunc(c.peer.conns, itself)
	rest := slices.DeleteFunc(m.ufrags[c.ufrag], itself)
	if len(rest) == 0 {
		delete(m.ufrags, c.ufrag)
		return
	}
	m.ufrags[c.ufrag] = rest
}

// RemoveConnByUfrag closes all candidates of an agent and their connections, as
// it does when it ends and when it restarts under a new username fragment.
func (m *Mux) RemoveConnByUfrag(ufrag string) {
	m.mu.Lock()
	conns := slices.Clone(m.ufrags[ufrag])
	m.mu.Unlock()
	for _, c := range conns {
		_ = c.Close()
	}
}

// Close closes listeners, candidates and connections and waits for all
// goroutines to end. Calling it again returns the first call's error.
func (m *Mux) Close() error {
	m.closeOnce.Do(func() {
		close(m.done)
		m.mu.Lock()
		m.closed = true
		var conns []*conn
		for _, list := range m.ufrags {
			conns = append(conns, list...)
		}
		for s := range m.lobby.strangers {
			_ = s.raw.Close()
		}
		m.mu.Unlock()
		m.closeErr = closeAll(m.listeners)
		for _, c := range conns {
			_ = c.Close()
		}
		m.goroutines.Wait()
	})
	return m.closeErr
}
