package relay

import (
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/atrium-rtc/atrium/internal/auth"
)

// acceptPause is how long accepting rests after an error of the system, such as
// that of too many open files.
const acceptPause = 100 * time.Millisecond

// between names a connection: the client's address and ours.
type between struct{ client, ours netip.AddrPort }

// connections are those of all listeners. It may be used from any goroutine.
type connections struct {
	mu     sync.Mutex
	quota  auth.Quota
	open   map[between]*stream
	closed bool
}

// limit bounds connections by the number of allocations: one is as many as a
// connection can have.
func (c *connections) limit(limits Limits) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.quota.Limit(limits.Allocations, limits.AllocationsPerAddress)
}

// add takes a connection in, or says why not.
func (c *connections) add(conn net.Conn, wrap func(net.Conn) net.Conn) (*stream, error) {
	id := between{addrPortOf(conn.RemoteAddr()), addrPortOf(conn.LocalAddr())}
	network := networkOf(id.client.Addr())
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, net.ErrClosed
	}
	if err := c.quota.Take(network, errFull, errNetworkFull); err != nil {
		return nil, err //nolint:wrapcheck // ours
	}
	var made *stream
	made = newStream(wrap(conn), func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.quota.Give(network)
		if c.open[id] == made {
			delete(c.open, id)
		}
	})
	if c.open == nil {
		c.open = make(map[between]*stream)
	}
	c.open[id] = made
	return made, nil
}

// prove is called when a request came that only its user could make.
func (c *connections) prove(id between) {
	c.mu.Lock()
	found := c.open[id]
	c.mu.Unlock()
	if found != nil {
		found.prove()
	}
}

// close ends all connections, and those that come.
func (c *connections) close() {
	c.mu.Lock()
	c.closed = true
	list := make([]*stream, 0, len(c.open))
	for _, s := range c.open {
		list = append(list, s)
	}
	c.mu.Unlock()
	for _, s := range list {
		_ = s.Close()
	}
}

// count returns how many are open.
func (c *connections) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.quota.Taken()
}

// listener accepts connections for pion/turn, whose own accepting ends with the
// first error, and whose own handshakes keep connections that fail.
type listener struct {
	net.Listener
	tls         *tls.Config // nil for plain TCP
	connections *connections
	refuse      func(Refusal)
	log         *slog.Logger
	closing     chan struct{}
	once        sync.Once
}

// Accept implements net.Listener. A TLS handshake is made by the connection's first
// Read, within its patience.
func (l *listener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return nil, err //nolint:wrapcheck // of the listener
		case err != nil:
			l.log.Warn("accepting a TURN client failed", "error", err)
			if !l.rest() {
				return nil, net.ErrClosed
			}
			continue
		}
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetWriteBuffer(sendBuffer)
		}
		made, err := l.connections.add(conn, l.encrypted)
		if err != nil {
			l.refuse(refusalOf(err))
			_ = conn.Close()
			continue
		}
		return made, nil
	}
}

// encrypted wraps a connection of a listener for TLS.
func (l *listener) encrypted(conn net.Conn) net.Conn {
	if l.tls == nil {
		return conn
	}
	return tls.Server(conn, l.tls)
}

// rest waits a little, unless the listener is closed.
func (l *listener) rest() bool {
	timer := time.NewTimer(acceptPause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-l.closing:
		return false
	}
}

// Close implements net.Listener.
func (l *listener) Close() error {
	l.once.Do(func() { close(l.closing) })
	return l.Listener.Close() //nolint:wrapcheck // of the listener
}
