package tcp

import "net/netip"

const (
	// maxStrangers bounds the connections that have not said whose they are, and
	// maxOfSource those of them from one IPv4 address or IPv6 network.
	maxStrangers = 1024
	maxOfSource  = 64
	// sourceBits is the length of an IPv6 network that one client may have.
	sourceBits = 64
)

// lobby holds the connections that have not said whose they are. Its owner has
// the lock.
type lobby struct {
	strangers map[*stream]struct{}
	sources   map[netip.Addr]int // how many each has among them
}

func newLobby() lobby {
	return lobby{make(map[*stream]struct{}), make(map[netip.Addr]int)}
}

// enter lets a connection in, unless there are too many.
func (l *lobby) enter(s *stream) bool {
	source := sourceOf(s.remote.Addr())
	if len(l.strangers) >= maxStrangers || l.sources[source] >= maxOfSource {
		return false
	}
	l.strangers[s] = struct{}{}
	l.sources[source]++
	return true
}

// leave ends a connection's stay, if it is there.
func (l *lobby) leave(s *stream) {
	if _, ok := l.strangers[s]; !ok {
		return
	}
	delete(l.strangers, s)
	source := sourceOf(s.remote.Addr())
	if l.sources[source]--; l.sources[source] == 0 {
		delete(l.sources, source)
	}
}

// sourceOf returns what one client has: an IPv4 address, or a network of IPv6.
func sourceOf(a netip.Addr) netip.Addr {
	if a.Is4() {
		return a
	}
	network, err := a.Prefix(sourceBits)
	if err != nil {
		return a
	}
	return network.Addr()
}
