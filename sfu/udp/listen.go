package udp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"runtime"
	"syscall"
)

const (
	// DefaultBufferSize is what Listen asks of the kernel for each direction: a
	// tenth of a second of 320 Mbit/s.
	DefaultBufferSize = 4 << 20
	// portAttempts is how often Listen tries to find a free port for all sockets.
	portAttempts = 32
	// maxDSCP is the largest of six bits.
	maxDSCP = 63
)

// ListenConfig says which sockets Listen opens.
type ListenConfig struct {
	// Port is the same for all sockets. 0 picks one that is free, for tests.
	Port uint16
	// Addresses are the local addresses to bind. None means every IPv4 and every
	// IPv6 address, by one wildcard socket each. A machine with several addresses
	// of a family on one network should name them: a wildcard socket answers from
	// the address its route prefers, not from the one it was spoken to.
	Addresses []netip.Addr
	// BufferSize is asked for as SO_RCVBUF and SO_SNDBUF, in octets; 0 is
	// DefaultBufferSize. When the kernel grants less, that is logged once.
	BufferSize int
	// Readers is how many SO_REUSEPORT sockets share each address; 0 is one per
	// core (runtime.GOMAXPROCS(0)). Only Linux spreads what comes among them;
	// elsewhere it is always 1.
	Readers int
	// DSCP marks what is sent (RFC 8837, RFC 2474): 0 to 63, 0 is none. A system
	// that cannot is logged once.
	DSCP uint8
	// Logger is nil for none.
	Logger *slog.Logger
}

// Listen opens UDP sockets for New, those of one address behind each other. With
// no Addresses, a machine that lacks one of the two families gets only the
// other's sockets. Every other failure is an error that names the address; no
// socket stays open then. An address that is in use is an error
// (syscall.EADDRINUSE) even if its user would share it.
func Listen(cfg ListenConfig) ([]net.PacketConn, error) {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.BufferSize <= 0 {
		cfg.BufferSize = DefaultBufferSize
	}
	if cfg.DSCP > maxDSCP {
		return nil, fmt.Errorf("listen: DSCP %d has more than six bits", cfg.DSCP)
	}
	if !canShare {
		cfg.Readers = 1
	} else if cfg.Readers <= 0 {
		cfg.Readers = runtime.GOMAXPROCS(0)
	}
	for attempt := 1; ; attempt++ {
		conns, err := cfg.listenAll()
		if err == nil {
			cfg.growBuffers(conns)
			cfg.mark(conns)
			sockets := make([]net.PacketConn, len(conns))
			for i, c := range conns {
				sockets[i] = c
			}
			return sockets, nil
		}
		if cfg.Port != 0 || attempt == portAttempts || !errors.Is(err, syscall.EADDRINUSE) {
			return nil, fmt.Errorf("listen: %w", err)
		}
	}
}

// listenAll opens all sockets on one port, the first one's if Port is 0.
func (cfg ListenConfig) listenAll() (conns []*net.UDPConn, err error) {
	defer func() {
		if err != nil {
			for _, c := range conns {
				_ = c.Close()
			}
			conns = nil
		}
	}()
	addrs, optional := cfg.Addresses, false
	if len(addrs) == 0 {
		addrs, optional = []netip.Addr{netip.IPv4Unspecified(), netip.IPv6Unspecified()}, true
	}
	port := cfg.Port
	var missing error
	for _, a := range addrs {
		opened, err := cfg.listenGroup(netip.AddrPortFrom(a.Unmap(), port))
		conns = append(conns, opened...)
		if optional && lacksFamily(err) {
			cfg.Logger.Info("no media over this address family", "address", a, "reason", err)
			missing = err
			continue
		}
		if err != nil {
			return conns, err
		}
		bound, err := addrPortOf(opened[0].LocalAddr())
		if err != nil {
			return conns, err
		}
		port = bound.Port()
	}
	if len(conns) == 0 {
		return nil, errors.Join(ErrNoAddress, missing)
	}
	return conns, nil
}

// listenGroup opens the sockets of one address. The first is bound alone, which
// fails if anybody has the address; only then may others share it. With
// SO_REUSEPORT from the beginning a second server of the same user would silently
// get half of the first one's media. Where sharing fails there are fewer sockets.
func (cfg ListenConfig) listenGroup(addr netip.AddrPort) ([]*net.UDPConn, error) {
	first, err := listenOne(addr, nil)
	if err != nil {
		return nil, err
	}
	conns := []*net.UDPConn{first}
	if cfg.Readers == 1 {
		return conns, nil
	}
	bound, err := addrPortOf(first.LocalAddr())
	if err == nil {
		err = control(first, shareAddress)
	}
	for err == nil && len(conns) < cfg.Readers {
		var next *net.UDPConn
		if next, err = listenOne(bound, shareAddress); err == nil {
			conns = append(conns, next)
		}
	}
	if err != nil {
		cfg.Logger.Warn("fewer sockets than asked share an address; fewer cores read what comes to it",
			"address", bound, "asked", cfg.Readers, "open", len(conns), "reason", err)
	}
	return conns, nil
}

// listenOne binds one address, after prepare if it is not nil. With the network
// "udp6" Go sets IPV6_V6ONLY, which is what lets a second socket have the same
// port for IPv4.
func listenOne(addr netip.AddrPort, prepare func(fd uintptr) error) (*net.UDPConn, error) {
	network := "udp6"
	if addr.Addr().Is4() {
		network = "udp4"
	}
	var how net.ListenConfig
	if prepare != nil {
		how.Control = func(_, _ string, raw syscall.RawConn) error { return controlRaw(raw, prepare) }
	}
	conn, err := how.ListenPacket(context.Background(), network, addr.String())
	if err != nil {
		return nil, err
	}
	udp, ok := conn.(*net.UDPConn)
	if !ok {
		_ = conn.Close()
		return nil, fmt.Errorf("%T: %w", conn, ErrNotUDP)
	}
	return udp, nil
}

// control calls f with the socket's descriptor.
func control(conn *net.UDPConn, f func(fd uintptr) error) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	return controlRaw(raw, f)
}

func controlRaw(raw syscall.RawConn, f func(fd uintptr) error) error {
	var failed error
	if err := raw.Control(func(fd uintptr) { failed = f(fd) }); err != nil {
		return err
	}
	return failed
}

// lacksFamily says whether err means that the machine has no address of the
// family, or that it is switched off.
func lacksFamily(err error) bool {
	return errors.Is(err, syscall.EAFNOSUPPORT) || errors.Is(err, syscall.EADDRNOTAVAIL) ||
		errors.Is(err, syscall.EPROTONOSUPPORT)
}

// growBuffers asks for large buffers: hundreds of peers share these sockets,
// and a burst must not be lost while the reader waits for its turn.
func (cfg ListenConfig) growBuffers(conns []*net.UDPConn) {
	for _, conn := range conns {
		_ = conn.SetReadBuffer(cfg.BufferSize)
		_ = conn.SetWriteBuffer(cfg.BufferSize)
	}
	receive, send, err := bufferSizes(conns[0])
	if err != nil {
		cfg.Logger.Warn("reading the socket buffer sizes failed", "error", err)
		return
	}
	if min(receive, send) < cfg.BufferSize/2 {
		cfg.Logger.Warn("the kernel limits socket buffers; bursts of media may be lost",
			"asked", cfg.BufferSize, "receive", receive, "send", send,
			"remedy", "raise net.core.rmem_max and net.core.wmem_max")
	}
}

// mark sets the DSCP of all sockets.
func (cfg ListenConfig) mark(conns []*net.UDPConn) {
	if cfg.DSCP == 0 {
		return
	}
	for _, conn := range conns {
		a, err := addrPortOf(conn.LocalAddr())
		if err == nil {
			err = control(conn, func(fd uintptr) error { return markDSCP(fd, a.Addr().Is4(), cfg.DSCP) })
		}
		if err != nil {
			cfg.Logger.Warn("media is sent without a DSCP", "asked", cfg.DSCP, "error", err)
			return
		}
	}
}
