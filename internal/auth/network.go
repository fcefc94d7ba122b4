package auth

import (
	"net/http"
	"net/netip"
)

// Network returns what one client is taken to be: an IPv4 address, or the IPv6
// /64 network of which a single subscriber has all addresses.
func Network(r *http.Request) netip.Prefix {
	addr := Caller(r)
	bits := addr.BitLen()
	if addr.Is6() {
		bits = 64
	}
	network, _ := addr.Prefix(bits) // the zero Prefix for an address that is none
	return network
}
