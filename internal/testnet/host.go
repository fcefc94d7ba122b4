package testnet

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"syscall"
	"time"

	"github.com/pion/transport/v4"

	"github.com/atrium-rtc/atrium/internal/link"
)

// firstEphemeral is where ports that nobody asked for begin. They count up, so
// that a run can be repeated.
const firstEphemeral = 49152

// Host is a machine on the network.
type Host struct {
	net   *Net
	addrs []netip.Addr

	up, down *link.Path // net.mu, like all below
	conns    []*Conn    // open sockets
	nextPort uint16
	nat      nat
	listener map[uint16]*Listener
	streams  []*Stream // that have not ended
}

func newHost(n *Net, addrs []netip.Addr) *Host {
	name := addrs[0].String()
	return &Host{
		net:      n,
		addrs:    addrs,
		up:       link.New(Link{}, n.seed, name+" up"),
		down:     link.New(Link{}, n.seed, name+" down"),
		nextPort: firstEphemeral,
	}
}

// Addr returns the host's first address.
func (h *Host) Addr() netip.Addr { return h.addrs[0] }

// Net returns the host as the network of a Pion SettingEngine or ice agent.
func (h *Host) Net() transport.Net { return &stack{host: h} }

// ListenPacket opens a socket on all of the host's addresses, for a udp.Mux. It
// is bound to the only address if there is just one. Port 0 picks a free one. It
// fails the test if the port is taken.
func (h *Host) ListenPacket(port uint16) *Conn {
	h.net.t.Helper()
	local := netip.AddrPortFrom(h.addrs[0], port)
	if len(h.addrs) > 1 {
		local = netip.AddrPortFrom(netip.IPv6Unspecified(), port)
	}
	c, err := h.listen(local, netip.AddrPort{})
	if err != nil {
		h.net.t.Fatalf("testnet: %v", err)
	}
	return c
}

// SetUplink changes how packets from the host travel, from now on. Packets
// already on the way are not affected.
func (h *Host) SetUplink(l Link) {
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	h.up.Set(l, time.Now())
}

// SetDownlink changes how packets to the host travel, like SetUplink.
func (h *Host) SetDownlink(l Link) {
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	h.down.Set(l, time.Now())
}

// Stats returns what the host's links have done so far.
func (h *Host) Stats() (up, down LinkStats) {
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	return h.up.Stats(), h.down.Stats()
}

// listen opens a socket; a valid remote makes it a connected one.
func (h *Host) listen(local, remote netip.AddrPort) (*Conn, error) {
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	fail := func(err error) (*Conn, error) {
		return nil, &net.OpError{Op: "listen", Net: "udp", Addr: net.UDPAddrFromAddrPort(local), Err: err}
	}
	if h.net.closed {
		return fail(net.ErrClosed)
	}
	if a := local.Addr(); !a.IsUnspecified() && !slices.Contains(h.addrs, a) {
		return fail(fmt.Errorf("bind: %w", syscall.EADDRNOTAVAIL))
	}
	if local.Port() == 0 {
		for h.taken(netip.AddrPortFrom(local.Addr(), h.nextPort)) {
			h.nextPort = max(h.nextPort+1, firstEphemeral)
		}
		local = netip.AddrPortFrom(local.Addr(), h.nextPort)
		h.nextPort = max(h.nextPort+1, firstEphemeral)
	} else if h.taken(local) {
		return fail(fmt.Errorf("bind: %w", syscall.EADDRINUSE))
	}
	c := newConn(h, local, remote)
	h.conns = append(h.conns, c)
	return c, nil
}

func (h *Host) taken(a netip.AddrPort) bool {
	return slices.ContainsFunc(h.conns, func(c *Conn) bool {
		return c.local.Port() == a.Port() &&
			(c.local.Addr() == a.Addr() || c.local.Addr().IsUnspecified() || a.Addr().IsUnspecified())
	})
}

// lookup finds the socket for an address of the host. Caller holds net.mu.
func (h *Host) lookup(to netip.AddrPort) *Conn {
	to, open := h.nat.inside(to)
	if !open {
		return nil
	}
	for _, c := range h.conns {
		if c.local == to || c.local.Port() == to.Port() && c.covers(to.Addr()) {
			return c
		}
	}
	return nil
}

// sourceFor is the address the host speaks to a remote one from, invalid if it
// has none of the family.
func (h *Host) sourceFor(remote netip.Addr) netip.Addr {
	for _, a := range h.addrs {
		if a.Is4() == remote.Is4() {
			return a
		}
	}
	return netip.Addr{}
}
