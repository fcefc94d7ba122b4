package udp

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
)

// DefaultQueueLength is how many datagrams wait for a slow ICE agent before
// more are dropped: half a second of a 10 Mbit/s stream.
const DefaultQueueLength = 512

// Config says what a Mux works on.
type Config struct {
	// Sockets are owned by the Mux from here on: Listen's, or those of a
	// simulated network. Their addresses are *net.UDPAddr. Those with the same
	// address share its traffic.
	Sockets []net.PacketConn
	// Advertise, when not empty, replaces the sockets' own addresses as what
	// agents tell their peers: the public addresses of a server behind one-to-one
	// NAT, with the ports visible there. Each needs a socket of its family.
	Advertise []netip.AddrPort
	// Logger is nil for none.
	Logger *slog.Logger
	// QueueLength is how many datagrams one candidate's queue holds; 0 is
	// DefaultQueueLength.
	QueueLength int
	// Send says how queues send.
	Send SendMode
}

// Mux shares sockets among ICE agents. It is an ice.UDPMux. Any goroutine may
// call its methods.
type Mux struct {
	groups      []*group
	own         *Peer // of the agents that GetConn serves
	advertise   []netip.AddrPort
	queueLength int
	logger      *slog.Logger
	interfaces  interfaceCache
	counters    counters

	sending  atomic.Uint32 // a SendMode
	queuesMu sync.Mutex
	queues   []*Queue

	done      chan struct{}
	closeOnce sync.Once
	closeErr  error
	readers   sync.WaitGroup
}

// New starts one reader goroutine per socket. On an error the sockets are
// closed.
func New(cfg Config) (*Mux, error) {
	m := &Mux{
		advertise:   cfg.Advertise,
		queueLength: cfg.QueueLength,
		logger:      cfg.Logger,
		done:        make(chan struct{}),
	}
	if m.logger == nil {
		m.logger = slog.New(slog.DiscardHandler)
	}
	if m.queueLength <= 0 {
		m.queueLength = DefaultQueueLength
	}
	m.own = m.Peer(PeerConfig{})
	err := m.adopt(cfg.Sockets)
	if err == nil {
		err = m.chooseSendMode(cfg.Send, cfg.Sockets)
	}
	if err != nil {
		for _, conn := range cfg.Sockets {
			_ = conn.Close()
		}
		return nil, fmt.Errorf("media sockets: %w", err)
	}
	for _, g := range m.groups {
		for _, s := range g.sockets {
			m.readers.Go(func() { s.serve(m.done) })
		}
	}
	return m, nil
}

// adopt sorts the sockets into groups by their addresses.
func (m *Mux) adopt(conns []net.PacketConn) error {
	if len(conns) == 0 {
		return ErrNoAddress
	}
	p := new(pool)
	for _, conn := range conns {
		bound, err := addrPortOf(conn.LocalAddr())
		if err != nil {
			return err
		}
		i := slices.IndexFunc(m.groups, func(g *group) bool { return g.bound == bound })
		if i < 0 {
			i = len(m.groups)
			m.groups = append(m.groups, newGroup(i, bound, &m.counters, m.logger))
		}
		s, err := newSocket(conn, m.groups[i], p)
		if err != nil {
			return err
		}
		s.source = sourceOf(s)
		m.groups[i].sockets = append(m.groups[i].sockets, s)
	}
	for _, a := range m.advertise {
		if m.groupFor(a.Addr()) == nil {
			return fmt.Errorf("advertise %v: %w", a, ErrNoSocket)
		}
	}
	return nil
}

// GetConn returns a new connection for one local candidate of the agent with
// this username fragment. The agent calls it once for every address of
// GetListenAddresses, and closes each connection with its candidate; addr is
// one of those addresses.
func (m *Mux) GetConn(ufrag string, addr net.Addr) (net.PacketConn, error) {
	return m.getConn(m.own, ufrag, addr)
}

func (m *Mux) getConn(p *Peer, ufrag string, addr net.Addr) (net.PacketConn, error) {
	local, err := addrPortOf(addr)
	if err != nil {
		return nil, err
	}
	g := m.groupFor(local.Addr())
	if g == nil {
		return nil, fmt.Errorf("candidate %v: %w", local, ErrNoSocket)
	}
	c, err := g.add(p, ufrag, local)
	if err != nil {
		return nil, err
	}
	return c, nil
}

// RemoveConnByUfrag closes all connections of an agent, as it does when it
// ends and when it restarts under a new username fragment.
func (m *Mux) RemoveConnByUfrag(ufrag string) {
	for _, g := range m.groups {
		for _, c := range g.connsOf(ufrag) {
			_ = c.Close()
		}
	}
}

// Close closes sockets and connections and waits for the readers to end. What
// queues send afterwards is counted as Failed. Calling it again returns the
// first call's error.
func (m *Mux) Close() error {
	m.closeOnce.Do(func() {
		close(m.done)
		var errs []error
		for _, g := range m.groups {
			errs = append(errs, g.close())
		}
		m.readers.Wait()
		m.closeErr = errors.Join(errs...)
	})
	return m.closeErr
}

// groupFor finds the sockets that serve a local candidate: those bound to its
// address, else a wildcard of its family, else (an advertised address) any of
// its family.
func (m *Mux) groupFor(local netip.Addr) *group {
	var wildcard, family *group
	for _, g := range m.groups {
		bound := g.bound.Addr()
		switch {
		case bound == local:
			return g
		case bound.Is4() != local.Is4():
		case bound.IsUnspecified() && wildcard == nil:
			wildcard = g
		case family == nil:
			family = g
		}
	}
	if wildcard != nil {
		return wildcard
	}
	return family
}
