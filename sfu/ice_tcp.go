package sfu

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"github.com/pion/ice/v4"
)

const (
	// tcpQueue is how many packets wait for one ICE-TCP connection's reader.
	tcpQueue = 64
	// tcpWriteBuffer bounds what waits for a slow ICE-TCP client, in octets;
	// beyond it packets are dropped.
	tcpWriteBuffer = 1 << 20
	// tcpFirstMessage is how long a TCP connection may stay silent.
	tcpFirstMessage = 10 * time.Second
	// acceptRetry is the pause after a failed accept, as when there are no file
	// descriptors left.
	acceptRetry = 100 * time.Millisecond
)

// listenTCP opens ICE-TCP (RFC 6544) on a port of each address, or of all.
func listenTCP(ctx context.Context, cfg ListenConfig, port uint16) (ice.TCPMux, error) {
	hosts := []string{""}
	if len(cfg.Addresses) > 0 {
		hosts = hosts[:0]
		for _, a := range cfg.Addresses {
			hosts = append(hosts, a.Unmap().String())
		}
	}
	l := &tcpListener{port: port, public: cfg.PublicAddresses, accepted: make(chan net.Conn), done: make(chan struct{})}
	var lc net.ListenConfig
	for _, host := range hosts {
		one, err := lc.Listen(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(int(port))))
		if err != nil {
			return nil, errors.Join(err, l.Close())
		}
		l.listeners = append(l.listeners, one)
	}
	for _, one := range l.listeners {
		l.acceptors.Go(func() { l.acceptFrom(one) })
	}
	return ice.NewTCPMuxDefault(ice.TCPMuxParams{
		Listener: l, Logger: pionLogs{loggerOrDiscard(cfg.Logger)}.NewLogger("ice-tcp"),
		ReadBufferSize: tcpQueue, WriteBufferSize: tcpWriteBuffer,
		FirstStunBindTimeout: tcpFirstMessage, AliveDurationForConnFromStun: tcpFirstMessage,
	}), nil
}

// tcpListener is the TCP listeners of all addresses in one. Pion finds the
// candidate that a connection is for by the connection's local address; behind
// one-to-one NAT that is one which no candidate names, so connections say that
// they came to the public one.
type tcpListener struct {
	listeners []net.Listener
	port      uint16
	public    []netip.Addr

	accepted  chan net.Conn
	acceptors sync.WaitGroup
	done      chan struct{}
	once      sync.Once
}

// acceptFrom runs until the listener is closed.
func (l *tcpListener) acceptFrom(one net.Listener) {
	for {
		conn, err := one.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil: // Pion would stop at the first error
			select {
			case <-time.After(acceptRetry):
				continue
			case <-l.done:
				return
			}
		}
		select {
		case l.accepted <- l.arrivedAt(conn):
		case <-l.done:
			_ = conn.Close()
			return
		}
	}
}

// arrivedAt returns the connection with the local address that its candidate
// has.
func (l *tcpListener) arrivedAt(conn net.Conn) net.Conn {
	local, ok := conn.LocalAddr().(*net.TCPAddr)
	if !ok {
		return conn
	}
	for _, a := range l.public {
		if a.Unmap().Is4() == (local.IP.To4() != nil) {
			return translatedConn{Conn: conn, local: net.TCPAddrFromAddrPort(netip.AddrPortFrom(a.Unmap(), l.port))}
		}
	}
	return conn
}

// Accept returns the next connection. Implements net.Listener.
func (l *tcpListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.accepted:
		return conn, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Addr is the port of every address: which of them are offered is for
// knownAddresses to say.
func (l *tcpListener) Addr() net.Addr { return &net.TCPAddr{Port: int(l.port)} }

// Close closes all listeners and waits for their goroutines.
func (l *tcpListener) Close() error {
	var errs []error
	l.once.Do(func() {
		close(l.done)
		for _, one := range l.listeners {
			errs = append(errs, one.Close())
		}
		l.acceptors.Wait()
	})
	return errors.Join(errs...)
}

// translatedConn is a connection whose local address was translated on the way.
type translatedConn struct {
	net.Conn
	local *net.TCPAddr
}

// LocalAddr returns the address before the translation.
func (c translatedConn) LocalAddr() net.Addr { return c.local }
