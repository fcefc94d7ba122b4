package testnet

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"
)

// Listener takes the streams that hosts dial to one port of a host.
type Listener struct {
	host    *Host
	port    uint16
	changed sync.Cond // net.mu, as all below
	waiting []*Stream
	closed  bool
}

// Listen takes streams at a port, for an http.Server say. It fails the test if
// the port is taken.
func (h *Host) Listen(port uint16) *Listener {
	h.net.t.Helper()
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	if h.listener[port] != nil {
		h.net.t.Fatalf("testnet: port %d of %v is taken", port, h.addrs[0])
	}
	l := &Listener{host: h, port: port, closed: h.net.closed}
	l.changed.L = &h.net.mu
	if h.listener == nil {
		h.listener = make(map[uint16]*Listener)
	}
	h.listener[port] = l
	return l
}

// Accept implements net.Listener.
func (l *Listener) Accept() (net.Conn, error) {
	l.host.net.mu.Lock()
	defer l.host.net.mu.Unlock()
	for len(l.waiting) == 0 {
		if l.closed {
			return nil, &net.OpError{Op: "accept", Net: "tcp", Addr: l.Addr(), Err: net.ErrClosed}
		}
		l.changed.Wait()
	}
	s := l.waiting[0]
	l.waiting = l.waiting[1:]
	return s, nil
}

// Close implements net.Listener: what waits to be accepted is reset.
func (l *Listener) Close() error {
	l.host.net.mu.Lock()
	defer l.host.net.mu.Unlock()
	if l.closed {
		return net.ErrClosed
	}
	l.closed = true
	delete(l.host.listener, l.port)
	for _, s := range l.waiting {
		s.snap(syscall.ECONNRESET)
		s.peer.snap(syscall.ECONNRESET)
	}
	l.waiting = nil
	l.changed.Broadcast()
	return nil
}

// Addr implements net.Listener.
func (l *Listener) Addr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(l.host.addrs[0], l.port))
}

// Dial connects to a listener of another host, by its literal address. It waits
// for a round trip, sends what is lost again, and gives up with ctx.
func (h *Host) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	to, err := resolve(network, address)
	if err != nil {
		return nil, err
	}
	call := &call{done: make(chan error, 1)}
	h.net.mu.Lock()
	remote := h.net.hosts[to.Addr()]
	if h.net.closed || remote == nil {
		err = syscall.ENETUNREACH
	} else {
		h.nextPort = max(h.nextPort+1, firstEphemeral)
		call.dial(h, remote, netip.AddrPortFrom(h.addrs[0], h.nextPort), to)
	}
	h.net.mu.Unlock()
	if err == nil {
		select {
		case err = <-call.done:
		case <-ctx.Done():
			err = call.hangUp(h.net, context.Cause(ctx))
		}
	}
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Addr: net.TCPAddrFromAddrPort(to), Err: err}
	}
	return call.stream, nil
}

// call is a stream that is being made.
type call struct {
	done   chan error
	over   bool // net.mu
	stream *Stream
}

var errGivenUp = errors.New("given up")

func (c *call) dial(from, to *Host, local, remote netip.AddrPort) {
	n := from.net
	worth := func(time.Time) bool { return !c.over }
	end := func(err error) {
		if !c.over {
			c.over = true
			c.done <- err
		}
	}
	now := time.Now()
	n.ship(from, to, 0, 5*firstRTO, worth, func() {
		if c.over {
			return
		}
		l := to.listener[remote.Port()]
		if l == nil {
			n.ship(to, from, 0, 5*firstRTO, worth, func() { end(syscall.ECONNREFUSED) }, time.Now())
			return
		}
		here, there := newStream(from, local, remote), newStream(to, remote, local)
		here.peer, there.peer = there, here
		from.streams, to.streams = append(from.streams, here), append(to.streams, there)
		c.stream = here
		l.waiting = append(l.waiting, there)
		l.changed.Signal()
		n.ship(to, from, 0, 5*firstRTO, worth, func() { end(nil) }, time.Now())
	}, now)
	n.run(now)
}

// hangUp ends a call that its context has.
func (c *call) hangUp(n *Net, cause error) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if c.over {
		return <-c.done // it was faster
	}
	c.over = true
	if c.stream != nil {
		c.stream.snap(errGivenUp)
		c.stream.peer.snap(syscall.ECONNRESET)
	}
	return cause
}

// closeStreams ends all listeners and streams. Caller holds n.mu.
func (n *Net) closeStreams() {
	for _, h := range n.hosts {
		for _, l := range h.listener {
			l.closed = true
			l.changed.Broadcast()
		}
		for len(h.streams) > 0 {
			h.streams[0].snap(net.ErrClosed)
		}
	}
}
