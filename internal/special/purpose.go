package special

import "net/netip"

// Use is what an address is for, in a word for error messages.
type Use string

// The uses. All but Ordinary are special.
const (
	Ordinary      Use = "ordinary"      // unicast on the internet
	Invalid       Use = "invalid"       // no address
	Loopback      Use = "loopback"      // this machine
	Private       Use = "private"       // a network behind NAT, RFC 1918 and RFC 4193
	Shared        Use = "shared"        // between a provider and its customers, RFC 6598
	LinkLocal     Use = "link-local"    // the own segment; metadata services of clouds
	Unspecified   Use = "unspecified"   // connects to this machine on many systems
	Multicast     Use = "multicast"     // many
	Documentation Use = "documentation" // nobody
	Reserved      Use = "reserved"      // protocols, benchmarks, transitions, not assigned
)

// block is an address block and what it is for.
type block struct {
	prefix netip.Prefix
	use    Use
}

// blocks returns the special blocks; of those that contain each other the
// narrower stands first.
func blocks() []block {
	text := []struct {
		prefix string
		use    Use
	}{
		{"0.0.0.0/8", Unspecified},
		{"10.0.0.0/8", Private},
		{"100.64.0.0/10", Shared},
		{"127.0.0.0/8", Loopback},
		{"169.254.0.0/16", LinkLocal},
		{"172.16.0.0/12", Private},
		{"192.0.0.0/24", Reserved}, // IETF protocol assignments
		{"192.0.2.0/24", Documentation},
		{"192.31.196.0/24", Reserved}, // AS112
		{"192.52.193.0/24", Reserved}, // AMT
		{"192.88.99.0/24", Reserved},  // 6to4 relays
		{"192.168.0.0/16", Private},
		{"192.175.48.0/24", Reserved}, // AS112
		{"198.18.0.0/15", Reserved},   // benchmarks
		{"198.51.100.0/24", Documentation},
		{"203.0.113.0/24", Documentation},
		{"224.0.0.0/4", Multicast},
		{"240.0.0.0/4", Reserved}, // and broadcast

		{"::/128", Unspecified},
		{"::1/128", Loopback},
		{"fc00::/7", Private},
		{"fe80::/10", LinkLocal},
		{"fec0::/10", Private}, // site-local, RFC 3879
		{"ff00::/8", Multicast},
		{"2001:db8::/32", Documentation},
		{"2001::/23", Reserved}, // IETF protocol assignments, Teredo among them
		{"2002::/16", Reserved}, // 6to4
		{"2620:4f:8000::/48", Reserved},
		{"3fff::/20", Documentation},
	}
	list := make([]block, len(text))
	for i, t := range text {
		list[i] = block{netip.MustParsePrefix(t.prefix), t.use}
	}
	return list
}

// Purpose returns what an address is for.
func Purpose(a netip.Addr) Use {
	if !a.IsValid() {
		return Invalid
	}
	a = embedded(a.Unmap().WithZone(""))
	for _, b := range blocks() {
		if b.prefix.Contains(a) {
			return b.use
		}
	}
	if a.Is6() && !netip.MustParsePrefix("2000::/3").Contains(a) {
		return Reserved // what is outside has not been given out as unicast
	}
	return Ordinary
}

// embedded returns the IPv4 address that a NAT64 (RFC 6052 section 2.1) sends
// packets on to.
func embedded(a netip.Addr) netip.Addr {
	if !netip.MustParsePrefix("64:ff9b::/96").Contains(a) {
		return a
	}
	octets := a.As16()
	return netip.AddrFrom4([4]byte(octets[12:]))
}
