package relay

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/pion/turn/v5"
)

const (
	// maxTargets is how many peers one allocation remembers. A client has as many as
	// this server has addresses.
	maxTargets = 64
	// portTries is how many ports of a range are tried for an allocation.
	portTries = 64
)

var errNoRelay = errors.New("no relayed address of this kind")

// Ports is the range of relayed ports. The zero value is any free port.
type Ports struct{ First, Last uint16 }

// relayed is the socket of one allocation towards its peers. It sends only where
// peers lets it, and takes only what comes from where the client has sent something:
// RFC 8656 would let a permitted peer begin, but in ICE the client always sends
// checks, and what strangers send to the port costs one look into a map.
//
// WriteTo is called by who reads from the client, ReadFrom by the goroutine of the
// allocation.
type relayed struct {
	*net.UDPConn
	transport Transport
	target    func(netip.AddrPort) (netip.AddrPort, bool)
	closed    sync.Once
	release   func(*relayed)

	known                atomic.Pointer[targets]
	fromClient, toClient gauge
}

// targets are the peers that a client has sent to. They are replaced, not changed.
type targets struct {
	to   map[netip.AddrPort]netip.AddrPort // peer as the client says it -> where it is
	from map[netip.AddrPort]net.Addr       // the inverse
}

// WriteTo implements net.PacketConn. What may not go there is counted and gone.
func (r *relayed) WriteTo(b []byte, to net.Addr) (int, error) {
	peer := addrPortOf(to)
	local, ok := r.known.Load().to[peer]
	if !ok {
		if local, ok = r.target(peer); !ok {
			return len(b), nil
		}
		r.remember(peer, local)
	}
	r.fromClient.count(len(b))
	if _, err := r.WriteToUDPAddrPort(b, local); err != nil && errors.Is(err, net.ErrClosed) {
		return 0, err //nolint:wrapcheck // of the socket
	}
	return len(b), nil // a peer that cannot be reached is what packets get lost by
}

// ReadFrom implements net.PacketConn.
func (r *relayed) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := r.ReadFromUDPAddrPort(b)
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return 0, nil, err //nolint:wrapcheck // of the socket
			}
			continue // such as an ICMP message about what was sent before
		}
		if peer, ok := r.known.Load().from[plain(from)]; ok {
			r.toClient.count(n)
			return n, peer, nil
		}
	}
}

// remember adds a target. With too many it begins anew: those in use come back
// with their next packet.
func (r *relayed) remember(peer, local netip.AddrPort) {
	before := r.known.Load()
	next := &targets{make(map[netip.AddrPort]netip.AddrPort), make(map[netip.AddrPort]net.Addr)}
	if len(before.to) < maxTargets {
		maps.Copy(next.to, before.to)
		maps.Copy(next.from, before.from)
	}
	next.to[peer], next.from[local] = local, net.UDPAddrFromAddrPort(peer)
	r.known.Store(next)
}

// Close implements net.PacketConn.
func (r *relayed) Close() error {
	r.closed.Do(func() { r.release(r) })
	return r.UDPConn.Close() //nolint:wrapcheck // of the socket
}

// generator makes the relayed sockets for clients of one transport. It is
// pion/turn's RelayAddressGenerator.
type generator struct {
	*Server
	transport Transport
}

// Validate implements turn.RelayAddressGenerator.
func (generator) Validate() error { return nil }

// AllocatePacketConn implements turn.RelayAddressGenerator. Pairs of ports, which
// pion/turn looks for by trial, have no user here and are refused.
func (g generator) AllocatePacketConn(ask turn.AllocateListenerConfig) (net.PacketConn, net.Addr, error) {
	o, ok := ownerOf(ask.UserID)
	address, found := g.relayAddress(ask.Network)
	if !ok || !found || ask.RequestedPort != 0 {
		return nil, nil, g.noRelay()
	}
	if err := g.ledger.take(o); err != nil {
		g.books.refuse(refusalOf(err))
		return nil, nil, err
	}
	conn, err := g.listen(ask.Network)
	if err != nil {
		g.ledger.give(o)
		g.log.Warn("opening a relayed port failed", "error", err)
		return nil, nil, g.noRelay()
	}
	made := &relayed{UDPConn: conn, transport: g.transport, target: g.admit}
	made.known.Store(&targets{})
	made.release = func(r *relayed) {
		g.ledger.give(o)
		g.books.close(r)
	}
	g.books.open(made)
	return made, net.UDPAddrFromAddrPort(netip.AddrPortFrom(address, addrPortOf(conn.LocalAddr()).Port())), nil
}

// AllocateListener implements turn.RelayAddressGenerator: media does not come over
// TCP (RFC 6062) from anywhere.
func (g generator) AllocateListener(turn.AllocateListenerConfig) (net.Listener, net.Addr, error) {
	return nil, nil, g.noRelay()
}

// AllocateConn implements turn.RelayAddressGenerator, likewise.
func (g generator) AllocateConn(turn.AllocateConnConfig) (net.Conn, error) { return nil, g.noRelay() }

func (g generator) noRelay() error {
	g.books.refuse(RefusedRelay)
	return errNoRelay
}

// relayAddress is what the client is told as its relayed address: one of the media
// addresses of the family, which this machine is known by.
func (g generator) relayAddress(network string) (netip.Addr, bool) {
	for _, a := range g.peers.mediaAddresses() {
		if a.Addr().Is4() == (network == "udp4") {
			return a.Addr(), true
		}
	}
	return netip.Addr{}, false
}

// listen opens a relayed port.
func (g generator) listen(network string) (*net.UDPConn, error) {
	if g.ports == (Ports{}) {
		return listenUDP(network, 0)
	}
	size := int(g.ports.Last) - int(g.ports.First) + 1
	begin, last := rand.IntN(size), error(nil) //nolint:gosec // no secret: it spreads ports
	for try := range min(portTries, size) {
		conn, err := listenUDP(network, int(g.ports.First)+(begin+try)%size)
		if err == nil {
			return conn, nil
		}
		last = err
	}
	return nil, last
}

func listenUDP(network string, port int) (*net.UDPConn, error) {
	address, err := net.ResolveUDPAddr(network, ":"+strconv.Itoa(port))
	if err != nil {
		return nil, fmt.Errorf("relayed port: %w", err)
	}
	return net.ListenUDP(network, address) //nolint:wrapcheck // it says of what
}
