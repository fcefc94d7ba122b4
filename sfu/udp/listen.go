package udp

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"syscall"
)

const (
	// DefaultBufferSize is what Listen asks of the kernel for each direction: a
	// tenth of a second of 320 Mbit/s.
	DefaultBufferSize = 4 << 20
	// portAttempts is how often Listen tries to find a free port for all sockets.
	portAttempts = 32
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
	// core on Linux (runtime.GOMAXPROCS(0)) and 1 elsewhere.
	Readers int
	// DSCP marks what is sent (RFC 8837, RFC 2474): 0 to 63, 0 is none.
	DSCP uint8
	// Logger is nil for none.
	Logger *slog.Logger
}

// Listen opens UDP sockets for New. With no Addresses, a machine that lacks
// one of the two families gets only the other's socket. Every other failure is
// an error that names the address; no socket stays open then.
func Listen(cfg ListenConfig) ([]net.PacketConn, error) {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.BufferSize <= 0 {
		cfg.BufferSize = DefaultBufferSize
	}
	for attempt := 1; ; attempt++ {
		conns, err := cfg.listenAll()
		if err == nil {
			cfg.growBuffers(conns)
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
		conn, err := listenOne(netip.AddrPortFrom(a.Unmap(), port))
		if optional && lacksFamily(err) {
			cfg.Logger.Info("no media over this address family", "address", a, "reason", err)
			missing = err
			continue
		}
		if err != nil {
			return conns, err
		}
		conns = append(conns, conn)
		bound, err := addrPortOf(conn.LocalAddr())
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

// listenOne binds one address. With the network "udp6" Go sets IPV6_V6ONLY,
// which is what lets a second socket have the same port for IPv4.
func listenOne(addr netip.AddrPort) (*net.UDPConn, error) {
	network := "udp6"
	if addr.Addr().Is4() {
		network = "udp4"
	}
	return net.ListenUDP(network, net.UDPAddrFromAddrPort(addr))
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
