package testnet

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"

	"github.com/pion/transport/v4"
)

// stack presents a Host as Pion's transport.Net: UDP only, literal addresses
// only, one interface.
type stack struct{ host *Host }

var (
	_ transport.Net     = (*stack)(nil)
	_ transport.UDPConn = (*Conn)(nil)
)

const interfaceName, interfaceIndex = "eth0", 1

func (s *stack) ListenPacket(network, address string) (net.PacketConn, error) {
	local, err := resolve(network, address)
	if err != nil {
		return nil, err
	}
	return opened(s.host.listen(local, netip.AddrPort{}))
}

func (s *stack) ListenUDP(network string, addr *net.UDPAddr) (transport.UDPConn, error) {
	return opened(s.host.listen(localAddr(network, addr), netip.AddrPort{}))
}

func (s *stack) Dial(network, address string) (net.Conn, error) {
	remote, err := resolve(network, address)
	if err != nil {
		return nil, err
	}
	return s.dial(nil, remote)
}

func (s *stack) DialUDP(_ string, laddr, raddr *net.UDPAddr) (transport.UDPConn, error) {
	return s.dial(laddr, unmap(raddr.AddrPort()))
}

func (s *stack) dial(laddr *net.UDPAddr, remote netip.AddrPort) (transport.UDPConn, error) {
	local := netip.AddrPortFrom(s.host.sourceFor(remote.Addr()), 0)
	if laddr != nil {
		port := local.Port()
		if laddr.Port != 0 {
			port = uint16(laddr.Port)
		}
		local = netip.AddrPortFrom(local.Addr(), port)
		if a := unmap(laddr.AddrPort()); a.Addr().IsValid() && !a.Addr().IsUnspecified() {
			local = a
		}
	}
	return opened(s.host.listen(local, remote))
}

// opened keeps a nil *Conn from becoming an interface that is not nil.
func opened(c *Conn, err error) (transport.UDPConn, error) {
	if err != nil {
		return nil, err
	}
	return c, nil
}

func (s *stack) ListenTCP(string, *net.TCPAddr) (transport.TCPListener, error) {
	return nil, transport.ErrNotSupported
}

func (s *stack) DialTCP(string, *net.TCPAddr, *net.TCPAddr) (transport.TCPConn, error) {
	return nil, transport.ErrNotSupported
}

func (s *stack) ResolveIPAddr(_, address string) (*net.IPAddr, error) {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return nil, &net.DNSError{Err: "testnet has no names", Name: address, IsNotFound: true}
	}
	return &net.IPAddr{IP: a.AsSlice(), Zone: a.Zone()}, nil
}

func (s *stack) ResolveUDPAddr(network, address string) (*net.UDPAddr, error) {
	a, err := resolve(network, address)
	if err != nil {
		return nil, err
	}
	return net.UDPAddrFromAddrPort(a), nil
}

func (s *stack) ResolveTCPAddr(network, address string) (*net.TCPAddr, error) {
	a, err := resolve(network, address)
	if err != nil {
		return nil, err
	}
	return net.TCPAddrFromAddrPort(a), nil
}

func (s *stack) Interfaces() ([]*transport.Interface, error) {
	eth := transport.NewInterface(net.Interface{
		Index: interfaceIndex,
		MTU:   1500,
		Name:  interfaceName,
		Flags: net.FlagUp | net.FlagRunning | net.FlagBroadcast,
	})
	for _, a := range s.host.addrs {
		bits := 24
		if a.Is6() {
			bits = 64
		}
		eth.AddAddress(&net.IPNet{IP: a.AsSlice(), Mask: net.CIDRMask(bits, a.BitLen())})
	}
	return []*transport.Interface{eth}, nil
}

func (s *stack) InterfaceByIndex(index int) (*transport.Interface, error) {
	if index != interfaceIndex {
		return nil, transport.ErrInterfaceNotFound
	}
	return s.InterfaceByName(interfaceName)
}

func (s *stack) InterfaceByName(name string) (*transport.Interface, error) {
	if name != interfaceName {
		return nil, transport.ErrInterfaceNotFound
	}
	all, err := s.Interfaces()
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

func (s *stack) CreateDialer(*net.Dialer) transport.Dialer { return s }

func (s *stack) CreateListenConfig(*net.ListenConfig) transport.ListenConfig {
	return listenConfig{s}
}

// listenConfig is the stack with a context in front of each call.
type listenConfig struct{ stack *stack }

func (l listenConfig) Listen(context.Context, string, string) (net.Listener, error) {
	return nil, transport.ErrNotSupported
}

func (l listenConfig) ListenPacket(_ context.Context, network, address string) (net.PacketConn, error) {
	return l.stack.ListenPacket(network, address)
}

// resolve reads "ip:port" or ":port". It asks nobody: a real resolver would
// leave the bubble.
func resolve(network, address string) (netip.AddrPort, error) {
	host, service, err := net.SplitHostPort(address)
	if err != nil {
		return netip.AddrPort{}, err
	}
	port, err := strconv.ParseUint(service, 10, 16)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("port of %q: %w", address, err)
	}
	if host == "" {
		return netip.AddrPortFrom(wildcard(network), uint16(port)), nil
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return netip.AddrPort{}, &net.DNSError{Err: "testnet has no names", Name: host, IsNotFound: true}
	}
	return netip.AddrPortFrom(a.Unmap(), uint16(port)), nil
}

func localAddr(network string, addr *net.UDPAddr) netip.AddrPort {
	if addr == nil {
		return netip.AddrPortFrom(wildcard(network), 0)
	}
	a, ok := netip.AddrFromSlice(addr.IP)
	if !ok {
		a = wildcard(network)
	}
	return netip.AddrPortFrom(a.Unmap(), uint16(addr.Port))
}

func wildcard(network string) netip.Addr {
	switch network {
	case "udp4", "tcp4":
		return netip.IPv4Unspecified()
	}
	return netip.IPv6Unspecified()
}

func unmap(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}
