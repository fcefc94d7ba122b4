package udp

import (
	"fmt"
	"net/netip"
)

// Route is a destination: which socket, which address. It is owned by the
// goroutine of the Queue it is used with.
type Route struct {
	socket *socket
	remote netip.AddrPort
}

// Route returns the way from a local candidate's address, which may be an
// advertised one, to a remote address of the same family. Any goroutine may
// call it. Errors: ErrNotUDP for an address that is none, ErrNoSocket.
func (m *Mux) Route(local, remote netip.AddrPort) (*Route, error) {
	local, remote = unmap(local), unmap(remote)
	if !remote.IsValid() {
		return nil, fmt.Errorf("route to %v: %w", remote, ErrNotUDP)
	}
	s := m.socketFor(local.Addr())
	if s == nil || s.bound.Addr().Is4() != remote.Addr().Is4() {
		return nil, fmt.Errorf("route from %v to %v: %w", local, remote, ErrNoSocket)
	}
	return &Route{s, remote}, nil
}

// Remote returns the destination's address.
func (r *Route) Remote() netip.AddrPort { return r.remote }
