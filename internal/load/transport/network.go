package transport

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/atrium-rtc/atrium/internal/link"
)

// Network is how one client reaches the world: conditions both ways, shared by
// all its connections, which compete for its rate as they do behind one cable.
// Any goroutine may call its methods.
type Network struct {
	troubled atomic.Bool // there are conditions, or were
	up, down direction
}

// NewNetwork returns a network whose chances repeat for a seed, as far as its
// connections send in the same order.
func NewNetwork(up, down link.Link, seed uint64) *Network {
	n := &Network{}
	n.up.path, n.down.path = link.New(up, seed, "up"), link.New(down, seed, "down")
	n.troubled.Store(!up.Perfect() || !down.Perfect())
	return n
}

// Set replaces the conditions for what is sent and received from now on. What is
// delayed already keeps its time.
func (n *Network) Set(up, down link.Link) {
	now := time.Now()
	n.up.set(up, now)
	n.down.set(down, now)
	if !up.Perfect() || !down.Perfect() {
		n.troubled.Store(true)
	}
}

// direction is one of the two.
type direction struct {
	mu     sync.Mutex
	path   *link.Path
	latest time.Time // that a packet was taken in
}

func (d *direction) set(l link.Link, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.path.Set(l, now)
}

// carry is link.Path.Carry. The readers of several sockets do not take turns by
// the clock, so a time before the latest counts as that.
func (d *direction) carry(b []byte, peer netip.Addr, now time.Time) (time.Time, link.Outcome) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if now.Before(d.latest) {
		now = d.latest
	}
	d.latest = now
	return d.path.Carry(b, peer, now)
}
