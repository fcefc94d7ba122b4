package relay

import (
	"net"
	"net/netip"

	"github.com/atrium-rtc/atrium/internal/special"
)

// Media is where this server takes media. Its functions may be called from any
// goroutine.
type Media struct {
	// Addresses returns where clients are told to send media: the candidates.
	Addresses func() []netip.AddrPort
	// Local returns where that is when seen from this machine: the same, or the
	// address behind the NAT whose public address it is. nil is always the same.
	Local func(netip.AddrPort) netip.AddrPort
}

// peers says where packets may be relayed to.
type peers struct {
	media Media
	allow []netip.Prefix
}

// mediaAddresses are the media addresses that may be relayed to. Loopback is one
// only when there is nothing else, on a developer's machine: no client needs it and
// much listens there.
func (p peers) mediaAddresses() []netip.AddrPort {
	var list, loopback []netip.AddrPort
	for _, a := range p.media.Addresses() {
		if special.Purpose(a.Addr()) == special.Loopback {
			loopback = append(loopback, a)
		} else {
			list = append(list, a)
		}
	}
	if len(list) == 0 {
		return loopback
	}
	return list
}

// address says whether a client may have a permission for an address, which TURN
// gives for all of its ports.
func (p peers) address(a netip.Addr) (Refusal, bool) {
	a = a.Unmap().WithZone("")
	for _, m := range p.mediaAddresses() {
		if m.Addr() == a {
			return "", true
		}
	}
	return p.foreign(a)
}

// target says whether packets may go to a peer, and where they are sent.
func (p peers) target(to netip.AddrPort) (netip.AddrPort, Refusal, bool) {
	to = plain(to)
	own := false
	for _, m := range p.mediaAddresses() {
		switch {
		case m == to && p.media.Local != nil:
			return p.media.Local(to), "", true
		case m == to:
			return to, "", true
		case m.Addr() == to.Addr():
			own = true
		}
	}
	if own { // what else listens here is not for clients
		return netip.AddrPort{}, RefusedPort, false
	}
	refusal, ok := p.foreign(to.Addr())
	return to, refusal, ok
}

// foreign says whether an address that is not ours may be a peer.
func (p peers) foreign(a netip.Addr) (Refusal, bool) {
	use := special.Purpose(a)
	cause := RefusedForeign
	if use != special.Ordinary {
		cause = RefusedSpecial
	}
	for _, allowed := range p.allow {
		if allowed.Contains(a) && (use == special.Ordinary || namesPrivate(allowed, use)) {
			return RefusedPort, !ours(a)
		}
	}
	return cause, false
}

// ours reports whether an interface of this machine has the address: allow is about
// others, and what else listens here may trust its neighbors.
func ours(a netip.Addr) bool {
	list, err := net.InterfaceAddrs()
	if err != nil {
		return true
	}
	for _, i := range list {
		if n, ok := i.(*net.IPNet); ok && n.IP.Equal(a.AsSlice()) {
			return true
		}
	}
	return false
}

// namesPrivate reports whether an allowed network is a private one itself, and of
// that kind: whoever allows 0.0.0.0/0 does not mean 10.0.0.1. No other special
// address is ever allowed.
func namesPrivate(allowed netip.Prefix, use special.Use) bool {
	return (use == special.Private || use == special.Shared) && special.Purpose(allowed.Masked().Addr()) == use
}

// plain returns the address as candidates have it: no zone, IPv4 as IPv4.
func plain(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}
