package transport

import (
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"time"
)

// inboxLimit bounds what waits for Pion's goroutines: a DTLS flight has a dozen
// datagrams, ICE checks come one by one.
const inboxLimit = 64

// endpoint is a net.PacketConn for one of the protocols that share the socket:
// the reader goroutine delivers what is for it, and what it writes goes out
// among all else. Any goroutine may call its methods.
type endpoint struct {
	local  netip.AddrPort
	write  func(b []byte, to netip.AddrPort) error
	closed func() // called by the first Close; may be nil

	mu      sync.Mutex
	arrived sync.Cond
	queue   []datagram
	expired bool // the read deadline is over
	shut    bool
}

type datagram struct {
	payload []byte
	from    netip.AddrPort
}

func newEndpoint(local netip.AddrPort, write func([]byte, netip.AddrPort) error, closed func()) *endpoint {
	e := &endpoint{local: local, write: write, closed: closed}
	e.arrived.L = &e.mu
	return e
}

// deliver queues a copy of b for the reader, unless it is far behind.
func (e *endpoint) deliver(b []byte, from netip.AddrPort) {
	e.mu.Lock()
	if !e.shut && len(e.queue) < inboxLimit {
		e.queue = append(e.queue, datagram{slices.Clone(b), from})
		e.arrived.Signal()
	}
	e.mu.Unlock()
}

// ReadFromAddrPort waits for a datagram. It is what Pion's ICE agent prefers to
// ReadFrom, since it allocates no address.
func (e *endpoint) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for len(e.queue) == 0 {
		switch {
		case e.shut:
			return 0, netip.AddrPort{}, net.ErrClosed
		case e.expired:
			return 0, netip.AddrPort{}, os.ErrDeadlineExceeded
		}
		e.arrived.Wait()
	}
	d := e.queue[0]
	if e.queue = e.queue[1:]; len(e.queue) == 0 {
		e.queue = nil // a connected endpoint holds nothing
	}
	n := copy(b, d.payload)
	if n < len(d.payload) {
		return n, d.from, io.ErrShortBuffer
	}
	return n, d.from, nil
}

// ReadFrom is ReadFromAddrPort for callers that need a net.Addr.
func (e *endpoint) ReadFrom(b []byte) (int, net.Addr, error) {
	n, from, err := e.ReadFromAddrPort(b)
	if err != nil {
		return n, nil, err
	}
	return n, net.UDPAddrFromAddrPort(from), nil
}

// WriteToAddrPort sends one datagram.
func (e *endpoint) WriteToAddrPort(b []byte, to netip.AddrPort) (int, error) {
	if err := e.write(b, to); err != nil {
		return 0, err
	}
	return len(b), nil
}

// WriteTo is WriteToAddrPort for callers that have a *net.UDPAddr.
func (e *endpoint) WriteTo(b []byte, to net.Addr) (int, error) {
	addr, ok := to.(*net.UDPAddr)
	if !ok {
		return 0, &net.AddrError{Err: "not a UDP address", Addr: to.String()}
	}
	return e.WriteToAddrPort(b, addr.AddrPort())
}

// LocalAddr is the socket's address.
func (e *endpoint) LocalAddr() net.Addr { return net.UDPAddrFromAddrPort(e.local) }

// Close wakes all readers. It may be called more than once.
func (e *endpoint) Close() error {
	e.mu.Lock()
	again := e.shut
	e.shut, e.queue = true, nil
	e.arrived.Broadcast()
	e.mu.Unlock()
	if !again && e.closed != nil {
		e.closed()
	}
	return nil
}

// SetReadDeadline knows "over" and "none", the two that Pion uses, to interrupt
// a read and to allow reading again.
func (e *endpoint) SetReadDeadline(t time.Time) error {
	e.mu.Lock()
	e.expired = !t.IsZero() && !t.After(time.Now())
	e.arrived.Broadcast()
	e.mu.Unlock()
	return nil
}

// SetDeadline is SetReadDeadline: writing does not wait.
func (e *endpoint) SetDeadline(t time.Time) error { return e.SetReadDeadline(t) }

// SetWriteDeadline does nothing.
func (e *endpoint) SetWriteDeadline(time.Time) error { return nil }
