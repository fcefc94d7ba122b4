package relay

import (
	"errors"
	"maps"
	"sync"
	"sync/atomic"
)

// Transport is what a client talks to the relay over.
type Transport string

// The transports.
const (
	UDP Transport = "udp"
	TCP Transport = "tcp"
	TLS Transport = "tls"
)

// Transports lists them all.
func Transports() []Transport { return []Transport{UDP, TCP, TLS} }

// Refusal is why a client did not get what it asked for.
type Refusal string

// The causes of refusals.
const (
	RefusedCredentials Refusal = "credentials" // no such user name, or another password
	RefusedExpired     Refusal = "expired"     // credentials whose time is over
	RefusedFull        Refusal = "full"        // Limits.Allocations
	RefusedAddress     Refusal = "address"     // Limits.AllocationsPerAddress
	RefusedUser        Refusal = "user"        // Limits.AllocationsPerUser
	RefusedPace        Refusal = "pace"        // Limits.RequestsPerAddress
	RefusedSpecial     Refusal = "special"     // a peer that is no ordinary place on the internet
	RefusedForeign     Refusal = "foreign"     // a peer that is not this server
	RefusedPort        Refusal = "port"        // another port of this server than that of media
	RefusedRelay       Refusal = "relay"       // no relayed socket: TCP, a pair of ports, a family without media, no free port
)

// Refusals lists them all.
func Refusals() []Refusal {
	return []Refusal{
		RefusedCredentials, RefusedExpired, RefusedFull, RefusedAddress, RefusedUser, RefusedPace,
		RefusedSpecial, RefusedForeign, RefusedPort, RefusedRelay,
	}
}

// refusalOf names the error of a ledger.
func refusalOf(err error) Refusal {
	switch {
	case errors.Is(err, errUserFull):
		return RefusedUser
	case errors.Is(err, errNetworkFull):
		return RefusedAddress
	default:
		return RefusedFull
	}
}

// Traffic counts what was relayed in one direction, without the headers of TURN.
type Traffic struct{ Packets, Bytes uint64 }

func (t *Traffic) add(u Traffic) { t.Packets += u.Packets; t.Bytes += u.Bytes }

// Stats is what happened since the start, and what is now.
type Stats struct {
	Allocations map[Transport]int    // now
	Allocated   map[Transport]uint64 // since the start
	Connections int                  // TCP and TLS, now
	Refused     map[Refusal]uint64
	FromClients Traffic
	ToClients   Traffic
}

// gauge counts packets and octets of one allocation in one direction. It has one
// writer.
type gauge struct{ packets, bytes atomic.Uint64 }

func (g *gauge) count(n int) {
	g.packets.Add(1)
	g.bytes.Add(uint64(n)) //nolint:gosec // a length
}

func (g *gauge) read() Traffic { return Traffic{g.packets.Load(), g.bytes.Load()} }

// books hold the counts of all allocations: those that are live are asked, those
// that are gone have left theirs. It may be used from any goroutine.
type books struct {
	mu       sync.Mutex
	live     map[*relayed]struct{}
	past     Stats // without Allocations and Connections
	refusals map[Refusal]uint64
}

func newBooks() *books {
	b := &books{live: make(map[*relayed]struct{}), refusals: make(map[Refusal]uint64)}
	b.past.Allocated = make(map[Transport]uint64)
	return b
}

func (b *books) refuse(cause Refusal) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refusals[cause]++
}

func (b *books) open(r *relayed) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.live[r] = struct{}{}
	b.past.Allocated[r.transport]++
}

func (b *books) close(r *relayed) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.live, r)
	b.past.FromClients.add(r.fromClient.read())
	b.past.ToClients.add(r.toClient.read())
}

// stats adds up what is known. Every transport and refusal is in it.
func (b *books) stats() Stats {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := Stats{
		Allocations: make(map[Transport]int), Allocated: make(map[Transport]uint64), Refused: make(map[Refusal]uint64),
		FromClients: b.past.FromClients, ToClients: b.past.ToClients,
	}
	for _, t := range Transports() {
		now.Allocations[t], now.Allocated[t] = 0, b.past.Allocated[t]
	}
	for _, cause := range Refusals() {
		now.Refused[cause] = 0
	}
	maps.Copy(now.Refused, b.refusals)
	for r := range b.live {
		now.Allocations[r.transport]++
		now.FromClients.add(r.fromClient.read())
		now.ToClients.add(r.toClient.read())
	}
	return now
}
