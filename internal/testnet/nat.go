package testnet

import (
	"maps"
	"net/netip"
)

// firstMapped is where the ports of rebound mappings begin.
const firstMapped = 20000

// nat is the translation in front of a host, of UDP ports alone. As long as
// nothing was rebound, every socket is known outside by its own address.
type nat struct {
	out, in map[netip.AddrPort]netip.AddrPort
	next    uint16
}

// Rebind gives every UDP socket that is open now another port towards the
// outside, as a router does that restarts or forgets: the host itself notices
// nothing, and what is sent to the old ports arrives nowhere. Streams stay.
func (h *Host) Rebind() {
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	if h.nat.out == nil {
		h.nat = nat{out: make(map[netip.AddrPort]netip.AddrPort), in: make(map[netip.AddrPort]netip.AddrPort), next: firstMapped}
	}
	for _, c := range h.conns {
		for _, a := range h.addrs {
			if c.local.Addr() == a || c.covers(a) {
				h.nat.rename(netip.AddrPortFrom(a, c.local.Port()))
			}
		}
	}
}

// rename gives an address a new name outside.
func (n *nat) rename(local netip.AddrPort) {
	maps.DeleteFunc(n.in, func(_, inner netip.AddrPort) bool { return inner == local })
	public := netip.AddrPortFrom(local.Addr(), n.next)
	n.next++
	n.out[local], n.in[public] = public, local
}

// outside returns what an address is known by.
func (n *nat) outside(local netip.AddrPort) netip.AddrPort {
	if public, ok := n.out[local]; ok {
		return public
	}
	return local
}

// inside returns whose address this is, and false for one that is known by
// another.
func (n *nat) inside(public netip.AddrPort) (netip.AddrPort, bool) {
	if local, ok := n.in[public]; ok {
		return local, true
	}
	_, renamed := n.out[public]
	return public, !renamed
}
