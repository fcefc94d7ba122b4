package tcp

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/atrium-rtc/atrium/internal/demux"
)

// maxStreams bounds the TCP connections to one agent. A client needs one for
// each of its addresses, and a second one after a change of network.
const maxStreams = 16

// maxAnswered bounds on how many TCP connections one candidate answers in its life. Most
// have an address of their own, and the agent keeps each for ever as a candidate of its
// peer (RFC 8445, section 7.3.1.3). A client that is refused restarts ICE, and its new
// candidates count from the beginning.
const maxAnswered = 256

// conn is one local candidate of an ICE agent: all TCP connections to it. Any
// goroutine may call its methods.
type conn struct {
	mux   *Mux
	peer  *Peer
	ufrag string
	local netip.Addr // the candidate's, which may be a public one

	inbox inbox

	mu      sync.Mutex
	streams []*stream
	answers int // connections that were answered, since the beginning
	closed  bool
}

// ReadFromAddrPort copies the next frame for this candidate. The rest of a
// frame larger than b is lost, with io.ErrShortBuffer. After Close it returns
// net.ErrClosed.
func (c *conn) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	d, err := c.inbox.pop()
	if err != nil {
		return 0, netip.AddrPort{}, err
	}
	n, from, short := copy(b, d.payload()), d.from, len(b) < d.size
	c.mux.pool.put(d)
	if short {
		return n, from, io.ErrShortBuffer
	}
	return n, from, nil
}

// ReadFrom is ReadFromAddrPort for callers that need a net.Addr.
func (c *conn) ReadFrom(b []byte) (int, net.Addr, error) {
	n, from, err := c.ReadFromAddrPort(b)
	if !from.IsValid() {
		return n, nil, err
	}
	return n, net.TCPAddrFromAddrPort(from), err
}

// WriteToAddrPort queues a frame for the TCP connection that came from an
// address; it never waits. STUN makes the connection one whose other end the
// agent knows. Errors: ErrNoConnection, ErrFull, ErrOversize, ErrSealed for
// RTP after Peer.Seal, io.ErrClosedPipe after Close.
func (c *conn) WriteToAddrPort(b []byte, to netip.AddrPort) (int, error) {
	class := demux.Of(b)
	if class == demux.RTP && c.peer.sealed.Load() {
		c.mux.counters.sealed.Add(1)
		return 0, ErrSealed
	}
	return c.write(b, to, class)
}

func (c *conn) write(b []byte, to netip.AddrPort, class demux.Class) (int, error) {
	if len(b) > MaxFrame {
		return 0, ErrOversize
	}
	s, err := c.streamTo(plain(to))
	if err != nil {
		return 0, err
	}
	if class == demux.STUN {
		c.answer(s)
	}
	if err := s.outbox.put(b); err != nil {
		if errors.Is(err, ErrFull) {
			c.mux.counters.full.Add(1)
		}
		return 0, err
	}
	return len(b), nil
}

// answer notes that the agent has sent STUN on a connection.
func (c *conn) answer(s *stream) {
	if s.answered.Swap(true) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answers++
}

// WriteTo is WriteToAddrPort for callers that have a *net.TCPAddr.
func (c *conn) WriteTo(b []byte, addr net.Addr) (int, error) {
	to, err := addrPortOf(addr)
	if err != nil {
		return 0, err
	}
	return c.WriteToAddrPort(b, to)
}

func (c *conn) streamTo(remote netip.AddrPort) (*stream, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.streams {
		if s.remote == remote {
			return s, nil
		}
	}
	if c.closed {
		return nil, io.ErrClosedPipe
	}
	return nil, ErrNoConnection
}

// attach makes a connection one of the candidate's. false: there is one from
// the same address, as may be behind a NAT that hides the address it came to; or
// there were too many already.
func (c *conn) attach(s *stream) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.answers >= maxAnswered || slices.ContainsFunc(c.streams, func(o *stream) bool { return o.remote == s.remote }) {
		return false
	}
	c.streams = append(c.streams, s)
	s.conn = c
	return true
}

// detach forgets a connection. false: the candidate is closed and ends it.
func (c *conn) detach(s *stream) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.Index(c.streams, s)
	if i < 0 {
		return false
	}
	c.streams = slices.Delete(c.streams, i, i+1)
	return true
}

func (c *conn) size() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.streams)
}

// LocalAddr is the candidate's address, a *net.TCPAddr.
func (c *conn) LocalAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(c.local, c.mux.port))
}

// Close ends the candidate: what was written before is still sent, if the
// client takes it soon. It may be called more than once.
func (c *conn) Close() error {
	c.mux.forget(c)
	c.mu.Lock()
	streams := c.streams
	c.streams, c.closed = nil, true
	c.mu.Unlock()
	for _, s := range streams {
		s.finish()
	}
	for d := c.inbox.close(); d != nil; {
		next := d.next
		c.mux.pool.put(d)
		d = next
	}
	return nil
}

// SetDeadline does nothing: an ICE agent sets a deadline only just before
// Close, which wakes the reader itself.
func (c *conn) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing, like SetDeadline.
func (c *conn) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing: writing never waits.
func (c *conn) SetWriteDeadline(time.Time) error { return nil }

// unsealed is a candidate as the owner of the connection's SRTP keys writes to
// it.
type unsealed struct{ *conn }

// WriteToAddrPort is the candidate's, for RTP after Peer.Seal too.
func (u unsealed) WriteToAddrPort(b []byte, to netip.AddrPort) (int, error) {
	return u.write(b, to, demux.Of(b))
}

// WriteTo is WriteToAddrPort for callers that have a *net.TCPAddr.
func (u unsealed) WriteTo(b []byte, addr net.Addr) (int, error) {
	to, err := addrPortOf(addr)
	if err != nil {
		return 0, err
	}
	return u.WriteToAddrPort(b, to)
}
