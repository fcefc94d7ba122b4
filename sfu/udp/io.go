package udp

import (
	"fmt"
	"net"
	"net/netip"
)

// packetIO reads and writes datagrams with addresses that cost no allocation.
// Connections that have these two methods (as those of internal/testnet, and
// our own) are used as they are.
type packetIO interface {
	ReadFromAddrPort(b []byte) (int, netip.AddrPort, error)
	WriteToAddrPort(b []byte, to netip.AddrPort) (int, error)
}

func ioOf(conn net.PacketConn) (packetIO, error) {
	switch c := conn.(type) {
	case *net.UDPConn:
		s, err := newSender(c)
		return kernelIO{c, s}, err
	case packetIO:
		return c, nil
	}
	return genericIO{conn}, nil
}

// kernelIO reads one datagram per system call. ReadBatch of golang.org/x/net
// would read several, but it allocates an address for each.
type kernelIO struct {
	conn   *net.UDPConn
	sender *sender
}

func (k kernelIO) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	return k.conn.ReadFromUDPAddrPort(b)
}

func (k kernelIO) WriteToAddrPort(b []byte, to netip.AddrPort) (int, error) {
	return k.sender.send(b, to)
}

// genericIO adapts any other net.PacketConn whose addresses are *net.UDPAddr.
type genericIO struct{ conn net.PacketConn }

func (g genericIO) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	n, addr, err := g.conn.ReadFrom(b)
	if err != nil {
		return n, netip.AddrPort{}, err
	}
	from, err := addrPortOf(addr)
	return n, from, err
}

func (g genericIO) WriteToAddrPort(b []byte, to netip.AddrPort) (int, error) {
	return g.conn.WriteTo(b, net.UDPAddrFromAddrPort(to))
}

// addrPortOf converts a net.Addr, with IPv4 never in its IPv6-mapped form.
func addrPortOf(addr net.Addr) (netip.AddrPort, error) {
	udp, ok := addr.(*net.UDPAddr)
	if !ok || udp == nil || udp.Port < 0 || udp.Port > 0xFFFF {
		return netip.AddrPort{}, fmt.Errorf("%v: %w", addr, ErrNotUDP)
	}
	a := udp.AddrPort()
	if !a.IsValid() {
		return netip.AddrPort{}, fmt.Errorf("%v: %w", addr, ErrNotUDP)
	}
	return unmap(a), nil
}

func unmap(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}
