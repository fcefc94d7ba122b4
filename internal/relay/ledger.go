package relay

import (
	"errors"
	"net/netip"
	"sync"

	"github.com/atrium-rtc/atrium/internal/auth"
)

// Limits bound what clients can make the relay hold. 0 is no limit.
type Limits struct {
	Allocations           int // at a time
	AllocationsPerUser    int // a client has one for each of its connections and each URL that it was handed
	AllocationsPerAddress int // of one IPv4 address or IPv6 /64 network
	RequestsPerAddress    int // STUN and TURN requests a second over UDP, likewise
}

var (
	errFull        = errors.New("no room for another allocation")
	errNetworkFull = errors.New("too many allocations of this address")
	errUserFull    = errors.New("too many allocations of this user")
)

// owner is whose an allocation is.
type owner struct {
	network netip.Prefix
	user    string
}

// ledger counts allocations. It may be used from any goroutine.
type ledger struct {
	mu          sync.Mutex
	all         auth.Quota
	byUser      map[string]int
	mostPerUser int
}

func (l *ledger) limit(limits Limits) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all.Limit(limits.Allocations, limits.AllocationsPerAddress)
	l.mostPerUser = limits.AllocationsPerUser
}

// take counts one more, or says why there is no room.
func (l *ledger) take(o owner) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.mostPerUser > 0 && l.byUser[o.user] >= l.mostPerUser {
		return errUserFull
	}
	if err := l.all.Take(o.network, errFull, errNetworkFull); err != nil {
		return err
	}
	if l.byUser == nil {
		l.byUser = make(map[string]int)
	}
	l.byUser[o.user]++
	return nil
}

// give takes back what take counted.
func (l *ledger) give(o owner) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all.Give(o.network)
	if l.byUser[o.user]--; l.byUser[o.user] == 0 {
		delete(l.byUser, o.user)
	}
}

// check says whether take would find room.
func (l *ledger) check(o owner) error {
	if err := l.take(o); err != nil {
		return err
	}
	l.give(o)
	return nil
}

// networkOf returns what one client is taken to be: an IPv4 address, or an IPv6
// /64 network.
func networkOf(a netip.Addr) netip.Prefix {
	a = a.Unmap().WithZone("")
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	network, _ := a.Prefix(bits) // the zero Prefix for an address that is none
	return network
}
