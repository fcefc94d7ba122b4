package udp

import (
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/atrium-rtc/atrium/internal/demux"
)

// socket is one UDP socket with the tables that tell whose a datagram is. Its
// reader goroutine runs serve; connections write from any goroutine.
type socket struct {
	io       packetIO
	raw      net.PacketConn
	bound    netip.AddrPort
	pool     *pool
	counters *counters
	logger   *slog.Logger

	mu     sync.RWMutex
	ufrags map[string][]*muxedConn // an agent's candidates on this socket, oldest first
	paths  map[netip.AddrPort]*path
	closed bool
}

func newSocket(raw net.PacketConn, p *pool, c *counters, logger *slog.Logger) (*socket, error) {
	bound, err := addrPortOf(raw.LocalAddr())
	if err != nil {
		return nil, err
	}
	datagrams, err := ioOf(raw)
	if err != nil {
		return nil, err
	}
	return &socket{
		io:       datagrams,
		raw:      raw,
		bound:    bound,
		pool:     p,
		counters: c,
		logger:   logger.With("socket", bound),
		ufrags:   make(map[string][]*muxedConn),
		paths:    make(map[netip.AddrPort]*path),
	}, nil
}

// serve reads until done is closed, and the socket with it. Datagrams are read
// straight into the buffers that the connections' queues hold. A socket
// survives most errors (a link that went down), so the reader does not give up.
func (s *socket) serve(done <-chan struct{}) {
	d := s.pool.get()
	defer func() { s.pool.put(d) }()
	failures := 0
	for {
		n, from, err := s.io.ReadFromAddrPort(d.buf[:])
		if err != nil {
			if !s.pause(err, failures, done) {
				return
			}
			failures++
			continue
		}
		failures = 0
		d.size, d.from = n, unmap(from)
		if s.dispatch(d) {
			d = s.pool.get()
		}
	}
}

// pause waits after a failed read, longer after each in a row, and says
// whether to read again. Only the first is logged.
func (s *socket) pause(err error, failures int, done <-chan struct{}) bool {
	select {
	case <-done:
		return false
	default:
	}
	if failures == 0 {
		s.logger.Warn("reading from a media socket failed", "error", err)
	}
	if errors.Is(err, net.ErrClosed) {
		return false // by somebody else; it will not come back
	}
	retry := time.NewTimer(min(time.Millisecond<<min(failures, 10), time.Second))
	defer retry.Stop()
	select {
	case <-done:
		return false
	case <-retry.C:
		return true
	}
}

// dispatch gives d to its connection and says whether it was taken.
func (s *socket) dispatch(d *datagram) bool {
	s.counters.datagramsIn.Add(1)
	s.counters.octetsIn.Add(uint64(d.size))
	if d.size > MaxDatagram {
		s.counters.oversize.Add(1)
		return false
	}
	conn := s.route(d.payload(), d.from)
	if conn == nil {
		return false
	}
	if !conn.inbox.push(d) {
		s.counters.queueFull.Add(1)
		return false
	}
	return true
}

// route finds the connection a datagram is for, or counts why there is none.
// A binding request goes by its username even from a known address: the
// address may have a new user, and that agent must be able to answer. All else
// goes by source address.
func (s *socket) route(b []byte, from netip.AddrPort) *muxedConn {
	kind := demux.Of(b)
	if kind == demux.Unknown {
		s.counters.unclassified.Add(1)
		return nil
	}
	if kind == demux.STUN && isBindingRequest(b) {
		return s.routeRequest(b, from)
	}
	s.mu.RLock()
	p := s.paths[from]
	s.mu.RUnlock()
	if p == nil {
		s.counters.unknownSource.Add(1)
		return nil
	}
	if kind != demux.STUN {
		// A response proves little: whoever is sent a check may answer it.
		p.hear()
	}
	if (kind == demux.RTP || kind == demux.RTCP) && p.conn.peer.take != nil && p.conn.peer.take(b) {
		return nil
	}
	return p.conn
}

func (s *socket) routeRequest(b []byte, from netip.AddrPort) *muxedConn {
	ufrag, err := localUfrag(b)
	if err != nil {
		s.counters.badSTUN.Add(1)
		return nil
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if p := s.paths[from]; p != nil && p.conn.ufrag == string(ufrag) {
		p.hear()
		return p.conn
	}
	conns := s.ufrags[string(ufrag)]
	if len(conns) == 0 {
		s.counters.unknownSource.Add(1)
		return nil
	}
	return nearest(conns, from)
}

// nearest chooses among one agent's candidates on a wildcard socket, which
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

func (s *socket) write(b []byte, to netip.AddrPort) (int, error) {
	n, err := s.io.WriteToAddrPort(b, to)
	if err != nil {
		s.counters.writeErrors.Add(1)
		return n, err
	}
	s.counters.datagramsOut.Add(1)
	s.counters.octetsOut.Add(uint64(n))
	return n, nil
}

// add registers a new candidate of ufrag's agent.
func (s *socket) add(p *Peer, ufrag string, local netip.AddrPort) (*muxedConn, error) {
	c := &muxedConn{socket: s, peer: p, ufrag: ufrag, local: local}
	c.inbox.init(p.queueLength)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, net.ErrClosed
	}
	s.ufrags[ufrag] = append(s.ufrags[ufrag], c)
	return c, nil
}

// remove forgets a candidate and its addresses.
func (s *socket) remove(c *muxedConn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, remote := range c.remotes {
		delete(s.paths, remote)
	}
	c.remotes = nil
	rest := slices.DeleteFunc(s.ufrags[c.ufrag], func(o *muxedConn) bool { return o == c })
	if len(rest) == 0 {
		delete(s.ufrags, c.ufrag)
		return
	}
	s.ufrags[c.ufrag] = rest
}

// connsOf returns the candidates of one agent.
func (s *socket) connsOf(ufrag string) []*muxedConn {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.ufrags[ufrag])
}

// close closes the socket and every connection on it.
func (s *socket) close() error {
	s.mu.Lock()
	s.closed = true
	var conns []*muxedConn
	for _, cs := range s.ufrags {
		conns = append(conns, cs...)
	}
	s.mu.Unlock()
	err := s.raw.Close()
	for _, c := range conns {
		_ = c.Close()
	}
	return err
}

// size returns how many candidates and how many learned addresses there are.
func (s *socket) size() (conns, addresses int) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, cs := range s.ufrags {
		conns += len(cs)
	}
	return conns, len(s.paths)
}
