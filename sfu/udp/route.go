package udp

import (
	"fmt"
	"net/netip"
)

// Route is a destination: which sockets, which address. It is owned by the
// goroutine of the Queue it is used with.
type Route struct {
	group  *group
	remote netip.AddrPort
	raw    sockaddr
	// whole: segments were refused on the way there, so datagrams are handed over
	// one by one.
	whole bool
}

// Route returns the way from a local candidate's address, which may be an
// advertised one, to a remote address of the same family. Any goroutine may
// call it. Errors: ErrNotUDP for an address that is none, ErrNoSocket.
func (m *Mux) Route(local, remote netip.AddrPort) (*Route, error) {
	local, remote = unmap(local), unmap(remote)
	if !remote.IsValid() {
		return nil, fmt.Errorf("route to %v: %w", remote, ErrNotUDP)
	}
	g := m.groupFor(local.Addr())
	if g == nil || g.bound.Addr().Is4() != remote.Addr().Is4() {
		return nil, fmt.Errorf("route from %v to %v: %w", local, remote, ErrNoSocket)
	}
	return &Route{group: g, remote: remote, raw: sockaddrOf(remote)}, nil
}

// Remote returns the destination's address.
func (r *Route) Remote() netip.AddrPort { return r.remote }

// Prefetch reads the route's memory, so that it is at hand when a datagram is
// committed. The result means nothing.
func (r *Route) Prefetch() byte { return byte(r.remote.Port()) }
