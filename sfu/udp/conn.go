package udp

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/atrium-rtc/atrium/internal/demux"
)

// muxedConn is what one local candidate of an ICE agent reads from and writes
// to. It shares its socket with every other peer's. Any goroutine may call any
// method, but see Peer.SetQueue.
type muxedConn struct {
	socket *socket
	peer   *Peer
	ufrag  string
	local  netip.AddrPort // the candidate's address, which may be a public one

	inbox  inbox
	closed atomic.Bool

	remotes []addrKey // see leastUsed for their order; group.mu
	learned int       // see maxLearned; group.mu

	// Of the last RTP that went through a queue; for that queue's goroutine.
	route *Route
	queue *Queue
}

var _ interface {
	net.PacketConn
	packetIO
} = (*muxedConn)(nil)

// ReadFromAddrPort copies the next datagram for this candidate. The rest of a
// datagram larger than b is lost, with io.ErrShortBuffer. After Close it
// returns net.ErrClosed.
func (c *muxedConn) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	d, err := c.inbox.pop()
	if err != nil {
		return 0, netip.AddrPort{}, err
	}
	n, from, short := copy(b, d.payload()), d.from, len(b) < d.size
	c.socket.pool.put(d)
	if short {
		return n, from, io.ErrShortBuffer
	}
	return n, from, nil
}

// ReadFrom is ReadFromAddrPort for callers that need a net.Addr.
func (c *muxedConn) ReadFrom(b []byte) (int, net.Addr, error) {
	n, from, err := c.ReadFromAddrPort(b)
	if !from.IsValid() {
		return n, nil, err
	}
	return n, net.UDPAddrFromAddrPort(from), err
}

// WriteToAddrPort sends one datagram. What is done with it is decided by its
// class, here and nowhere else: STUN teaches the sockets that to belongs to
// this agent; RTP goes through the peer's queue if it has one, or not at all
// (ErrSealed); all else is sent as it is. After Close it returns
// io.ErrClosedPipe.
func (c *muxedConn) WriteToAddrPort(b []byte, to netip.AddrPort) (int, error) {
	if c.closed.Load() {
		return 0, io.ErrClosedPipe
	}
	if !to.IsValid() {
		return 0, fmt.Errorf("write to %v: %w", to, ErrNotUDP)
	}
	to = unmap(to)
	switch demux.Of(b) {
	case demux.STUN:
		c.socket.group.learn(c, to, isResponse(b))
	case demux.DTLS:
		if c.peer.sent != nil {
			c.peer.sent(b)
		}
	case demux.RTP:
		if c.peer.sealed.Load() {
			c.socket.group.counters.sealed.Add(1)
			return 0, ErrSealed
		}
		if q := c.peer.queue.Load(); q != nil {
			return c.enqueue(q, b, to)
		}
	}
	return c.socket.write(b, to)
}

// enqueue sends RTP through the shard's queue. Called by the queue's goroutine.
func (c *muxedConn) enqueue(q *Queue, b []byte, to netip.AddrPort) (int, error) {
	if len(b) > MaxDatagram {
		return 0, ErrOversize
	}
	if c.queue != q || c.route.remote != to {
		r, err := c.peer.mux.Route(c.local, to)
		if err != nil {
			return 0, err
		}
		c.route, c.queue = r, q
	}
	copy(q.Reserve(len(b)), b)
	q.Commit(len(b), c.route)
	return len(b), nil
}

// WriteTo is WriteToAddrPort for callers that have a *net.UDPAddr.
func (c *muxedConn) WriteTo(b []byte, addr net.Addr) (int, error) {
	to, err := addrPortOf(addr)
	if err != nil {
		return 0, err
	}
	return c.WriteToAddrPort(b, to)
}

// LocalAddr is the address GetConn was asked for.
func (c *muxedConn) LocalAddr() net.Addr { return net.UDPAddrFromAddrPort(c.local) }

// Close forgets the addresses this candidate learned and wakes its reader. It
// may be called more than once.
func (c *muxedConn) Close() error {
	if c.closed.Swap(true) {
		return nil
	}
	c.socket.group.remove(c)
	for d := c.inbox.close(); d != nil; {
		next := d.next
		c.socket.pool.put(d)
		d = next
	}
	return nil
}

// SetDeadline does nothing: an ICE agent sets a deadline only just before
// Close, which wakes the reader itself.
func (c *muxedConn) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing, like SetDeadline.
func (c *muxedConn) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing, like SetDeadline.
func (c *muxedConn) SetWriteDeadline(time.Time) error { return nil }
