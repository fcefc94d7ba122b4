package tcp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
)

// Listen opens a port of each address, or of all when there are none given. The
// result is for Config.Listeners.
func Listen(ctx context.Context, port uint16, addresses []netip.Addr) ([]net.Listener, error) {
	hosts := []string{""}
	if len(addresses) > 0 {
		hosts = hosts[:0]
		for _, a := range addresses {
			hosts = append(hosts, a.Unmap().String())
		}
	}
	var lc net.ListenConfig
	var opened []net.Listener
	for _, host := range hosts {
		l, err := lc.Listen(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(int(port))))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("listen on %q: %w", host, err), closeAll(opened))
		}
		opened = append(opened, l)
	}
	return opened, nil
}

func closeAll(listeners []net.Listener) error {
	var errs []error
	for _, l := range listeners {
		errs = append(errs, l.Close())
	}
	return errors.Join(errs...)
}

// addrPortOf converts a net.Addr, with IPv4 never in its IPv6-mapped form, and
// without a zone: candidates have none (RFC 8445, section 5.1.1.1).
func addrPortOf(addr net.Addr) (netip.AddrPort, error) {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || tcp == nil || tcp.Port < 0 || tcp.Port > 0xFFFF {
		return netip.AddrPort{}, fmt.Errorf("%v: %w", addr, ErrNotTCP)
	}
	a := tcp.AddrPort()
	if !a.IsValid() {
		return netip.AddrPort{}, fmt.Errorf("%v: %w", addr, ErrNotTCP)
	}
	return plain(a), nil
}

func plain(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}
