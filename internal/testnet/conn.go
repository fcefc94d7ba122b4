package testnet

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"
)

// receiveBuffer is how many packets wait in a socket before more are dropped.
const receiveBuffer = 8192

// Conn is a UDP socket of a Host: a net.PacketConn, and a net.Conn when it was
// dialled. Writes never block.
type Conn struct {
	host   *Host
	local  netip.AddrPort
	remote netip.AddrPort // of a connected socket

	mu       sync.Mutex
	changed  sync.Cond // a packet, a deadline or the end
	inbox    []*packet
	closed   bool
	deadline time.Time
	alarm    *time.Timer
}

func newConn(h *Host, local, remote netip.AddrPort) *Conn {
	c := &Conn{host: h, local: local, remote: remote}
	c.changed.L = &c.mu
	return c
}

// covers says whether a wildcard socket receives for the address: one on :: for
// both families, as on a dual-stack system.
func (c *Conn) covers(a netip.Addr) bool {
	bound := c.local.Addr()
	return bound.IsUnspecified() && (bound.Is6() || a.Is4())
}

// accept takes a packet from the network and says whether it did.
func (c *Conn) accept(p *packet) bool {
	if c.remote.IsValid() && p.from != c.remote {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || len(c.inbox) >= receiveBuffer {
		return false
	}
	c.inbox = append(c.inbox, p)
	c.changed.Signal()
	return true
}

// ReadFromAddrPort waits for a datagram and copies it. The rest of one larger
// than b is lost, as with a real socket.
func (c *Conn) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		switch {
		case c.closed:
			return 0, netip.AddrPort{}, c.fail("read", net.ErrClosed)
		case !c.deadline.IsZero() && !time.Now().Before(c.deadline):
			return 0, netip.AddrPort{}, c.fail("read", os.ErrDeadlineExceeded)
		case len(c.inbox) > 0:
			p := c.inbox[0]
			c.inbox[0] = nil
			c.inbox = c.inbox[1:]
			return copy(b, p.payload), p.from, nil
		}
		c.changed.Wait()
	}
}

// WriteToAddrPort sends a copy of b. An address nobody has is no error.
func (c *Conn) WriteToAddrPort(b []byte, to netip.AddrPort) (int, error) {
	c.mu.Lock()
	closed := c.closed
	c.mu.Unlock()
	if closed {
		return 0, c.fail("write", net.ErrClosed)
	}
	to = netip.AddrPortFrom(to.Addr().Unmap(), to.Port())
	from := c.local
	if from.Addr().IsUnspecified() {
		from = netip.AddrPortFrom(c.host.sourceFor(to.Addr()), from.Port())
	}
	if !from.IsValid() || !to.IsValid() || from.Addr().Is4() != to.Addr().Is4() {
		return 0, c.fail("write", fmt.Errorf("%v: %w", to, syscall.ENETUNREACH))
	}
	c.host.net.send(c.host, &packet{from: from, to: to, payload: slices.Clone(b)})
	return len(b), nil
}

// Close ends the socket and wakes its readers. A second call fails.
func (c *Conn) Close() error {
	n := c.host.net
	n.mu.Lock()
	c.host.conns = slices.DeleteFunc(c.host.conns, func(o *Conn) bool { return o == c })
	n.mu.Unlock()

	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return c.fail("close", net.ErrClosed)
	}
	c.closed, c.inbox = true, nil
	if c.alarm != nil {
		c.alarm.Stop()
	}
	c.changed.Broadcast()
	return nil
}

// SetReadDeadline works as for any net.PacketConn, in the bubble's time.
func (c *Conn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return c.fail("set", net.ErrClosed)
	}
	c.deadline = t
	if c.alarm != nil {
		c.alarm.Stop()
		c.alarm = nil
	}
	if !t.IsZero() {
		c.alarm = time.AfterFunc(time.Until(t), c.wake)
	}
	c.changed.Broadcast()
	return nil
}

func (c *Conn) wake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changed.Broadcast()
}

// SetDeadline is SetReadDeadline: writes never block.
func (c *Conn) SetDeadline(t time.Time) error { return c.SetReadDeadline(t) }

// SetWriteDeadline does nothing.
func (c *Conn) SetWriteDeadline(time.Time) error { return nil }

// SetReadBuffer does nothing.
func (c *Conn) SetReadBuffer(int) error { return nil }

// SetWriteBuffer does nothing.
func (c *Conn) SetWriteBuffer(int) error { return nil }

// LocalAddr returns the bound address.
func (c *Conn) LocalAddr() net.Addr { return net.UDPAddrFromAddrPort(c.local) }

// RemoteAddr returns the address the socket was dialled to, or nil.
func (c *Conn) RemoteAddr() net.Addr {
	if !c.remote.IsValid() {
		return nil
	}
	return net.UDPAddrFromAddrPort(c.remote)
}

// ReadFrom is ReadFromAddrPort with a net.Addr.
func (c *Conn) ReadFrom(b []byte) (int, net.Addr, error) {
	n, from, err := c.ReadFromUDP(b)
	if err != nil {
		return n, nil, err
	}
	return n, from, nil
}

// ReadFromUDP is ReadFromAddrPort with a UDP address.
func (c *Conn) ReadFromUDP(b []byte) (int, *net.UDPAddr, error) {
	n, from, err := c.ReadFromAddrPort(b)
	if err != nil {
		return n, nil, err
	}
	return n, net.UDPAddrFromAddrPort(from), nil
}

// Read is ReadFrom without the address.
func (c *Conn) Read(b []byte) (int, error) {
	n, _, err := c.ReadFromAddrPort(b)
	return n, err
}

// WriteTo is WriteToAddrPort with a *net.UDPAddr.
func (c *Conn) WriteTo(b []byte, addr net.Addr) (int, error) {
	to, ok := addr.(*net.UDPAddr)
	if !ok {
		return 0, c.fail("write", fmt.Errorf("%v: %w", addr, syscall.EAFNOSUPPORT))
	}
	return c.WriteToUDP(b, to)
}

// WriteToUDP is WriteToAddrPort with a UDP address.
func (c *Conn) WriteToUDP(b []byte, to *net.UDPAddr) (int, error) {
	return c.WriteToAddrPort(b, to.AddrPort())
}

// Write sends to the address the socket was dialled to.
func (c *Conn) Write(b []byte) (int, error) {
	if !c.remote.IsValid() {
		return 0, c.fail("write", syscall.EDESTADDRREQ)
	}
	return c.WriteToAddrPort(b, c.remote)
}

// ReadMsgUDP is ReadFromUDP; there is never out-of-band data.
func (c *Conn) ReadMsgUDP(b, _ []byte) (n, oobn, flags int, addr *net.UDPAddr, err error) {
	n, addr, err = c.ReadFromUDP(b)
	return n, 0, 0, addr, err
}

// WriteMsgUDP is WriteToUDP, or Write without an address. Out-of-band data is
// not supported.
func (c *Conn) WriteMsgUDP(b, oob []byte, addr *net.UDPAddr) (n, oobn int, err error) {
	switch {
	case len(oob) > 0:
		return 0, 0, c.fail("write", io.ErrShortWrite)
	case addr == nil:
		n, err = c.Write(b)
	default:
		n, err = c.WriteToUDP(b, addr)
	}
	return n, 0, err
}

func (c *Conn) fail(op string, err error) error {
	return &net.OpError{Op: op, Net: "udp", Source: net.UDPAddrFromAddrPort(c.local), Err: err}
}
