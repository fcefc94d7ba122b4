package udp

import (
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// interfaceLifetime is how long the machine's addresses are taken to be the
// same. Every new peer asks for them, and asking the kernel is slow.
const interfaceLifetime = 10 * time.Second

// GetListenAddresses returns the addresses agents make host candidates of:
// Config.Advertise, or those the sockets are bound to, with a wildcard
// standing for every address of an interface that is up, loopback included.
// Link-local IPv6 is left out: a candidate cannot carry its zone (RFC 8445,
// section 5.1.1.1). Agents take the list as it is; their own filters of
// loopback and network type do not apply to a mux.
func (m *Mux) GetListenAddresses() []net.Addr {
	list := m.ListenAddresses()
	addrs := make([]net.Addr, len(list))
	for i, a := range list {
		addrs[i] = net.UDPAddrFromAddrPort(a)
	}
	return addrs
}

// ListenAddresses is GetListenAddresses with typed addresses.
func (m *Mux) ListenAddresses() []netip.AddrPort {
	if len(m.advertise) > 0 {
		return slices.Clone(m.advertise)
	}
	var list []netip.AddrPort
	for _, g := range m.groups {
		bound := g.bound.Addr()
		if !bound.IsUnspecified() {
			list = append(list, g.bound)
			continue
		}
		addrs, err := m.interfaces.addresses()
		if err != nil {
			m.logger.Error("listing the machine's addresses failed", "error", err)
		}
		for _, a := range addrs {
			if a.Is4() == bound.Is4() {
				list = append(list, netip.AddrPortFrom(a, g.bound.Port()))
			}
		}
	}
	return list
}

// interfaceCache remembers the addresses of the machine's interfaces.
type interfaceCache struct {
	mu    sync.Mutex
	read  time.Time
	addrs []netip.Addr
}

// addresses returns the usable addresses. When the kernel cannot be asked, the
// last known ones come with the error.
func (c *interfaceCache) addresses() ([]netip.Addr, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.read.IsZero() && time.Since(c.read) < interfaceLifetime {
		return c.addrs, nil
	}
	interfaces, err := net.Interfaces()
	if err != nil {
		return c.addrs, err
	}
	var addrs []netip.Addr
	for _, i := range interfaces {
		if i.Flags&net.FlagUp == 0 {
			continue
		}
		assigned, err := i.Addrs()
		if err != nil {
			continue // it went away in between
		}
		addrs = append(addrs, usable(assigned)...)
	}
	slices.SortFunc(addrs, netip.Addr.Compare)
	c.addrs, c.read = slices.Compact(addrs), time.Now()
	return c.addrs, nil
}

func usable(assigned []net.Addr) []netip.Addr {
	var addrs []netip.Addr
	for _, a := range assigned {
		prefix, ok := a.(*net.IPNet)
		if !ok {
			continue
		}
		addr, ok := netip.AddrFromSlice(prefix.IP)
		addr = addr.Unmap()
		if !ok || addr.IsUnspecified() || addr.IsMulticast() || addr.Is6() && addr.IsLinkLocalUnicast() {
			continue
		}
		addrs = append(addrs, addr)
	}
	return addrs
}
