package testnet

import (
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/link"
)

// Options are the choices of a network.
type Options struct {
	// Seed decides every loss, jitter and reordering. Commit it with the test.
	Seed uint64
}

// Net is a network of hosts. Any goroutine may use it; in a synctest bubble it
// belongs to the bubble it was made in.
type Net struct {
	t    testing.TB
	seed uint64

	mu        sync.Mutex
	hosts     map[netip.Addr]*Host
	observers []func(Packet)
	events    []event // sorted by time
	timer     *time.Timer
	closed    bool
}

// New makes a network without hosts, which the end of the test closes.
func New(t testing.TB, o Options) *Net {
	n := &Net{t: t, seed: o.Seed, hosts: make(map[netip.Addr]*Host)}
	t.Cleanup(n.Close)
	return n
}

// Host returns the host with this address, which is made if it does not exist
// yet: perfect links, no sockets. A new host may have more addresses, of either
// family; they share its links.
func (n *Net) Host(ip string, more ...string) *Host {
	n.t.Helper()
	var addrs []netip.Addr
	for _, s := range append([]string{ip}, more...) {
		a, err := netip.ParseAddr(s)
		if err != nil || a.IsUnspecified() || a.IsLoopback() {
			n.t.Fatalf("testnet: %q is not a host's address", s)
		}
		addrs = append(addrs, a.Unmap())
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if h := n.hosts[addrs[0]]; h != nil {
		return h
	}
	h := newHost(n, addrs)
	for _, a := range addrs {
		if n.hosts[a] != nil {
			n.t.Fatalf("testnet: %v belongs to another host", a)
		}
		n.hosts[a] = h
	}
	return h
}

// Event is what happened to a packet.
type Event uint8

// The events of a packet: Sent once, then one of the others.
const (
	Sent        Event = iota // a socket wrote it
	Delivered                // a socket can read it
	Lost                     // by a link's Loss
	Overflowed               // by a link's full queue
	Unreachable              // no such host or socket, or the socket's buffer is full
)

// Packet is what an observer is shown.
type Packet struct {
	At       time.Time
	From, To netip.AddrPort
	Payload  []byte // not to be kept or changed
	Event    Event
}

// Observe calls f for every event of every packet from now on, one call at a
// time. f must not use the network, nor block.
func (n *Net) Observe(f func(Packet)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.observers = append(n.observers, f)
}

// Close closes all sockets and forgets the packets on the way.
func (n *Net) Close() {
	n.mu.Lock()
	n.closed = true
	n.events = nil
	if n.timer != nil {
		n.timer.Stop()
	}
	var conns []*Conn
	for _, h := range n.hosts {
		conns = append(conns, h.conns...)
	}
	n.closeStreams()
	n.mu.Unlock()
	for _, c := range conns {
		_ = c.Close() // the second time for hosts with several addresses, which is harmless
	}
}

// packet is a datagram on its way.
type packet struct {
	from, to netip.AddrPort
	payload  []byte
}

// send starts a packet on its way from a host.
func (n *Net) send(h *Host, p *packet) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return
	}
	now := time.Now()
	p.from = h.nat.outside(p.from)
	n.show(p, Sent, now)
	if n.hosts[p.to.Addr()] == h {
		n.deliver(p, now)
		return
	}
	arrival, outcome := h.up.Carry(p.payload, p.to.Addr(), now)
	if outcome != link.Passed {
		n.show(p, dropped(outcome), now)
		return
	}
	n.schedule(arrival, func(at time.Time) { n.enterDownlink(p, at) })
	if h.up.Twice(p.payload, p.to.Addr()) {
		n.schedule(arrival, func(at time.Time) { n.enterDownlink(p, at) })
	}
	n.run(now)
}

// enterDownlink takes a packet from the core to its destination's link.
func (n *Net) enterDownlink(p *packet, at time.Time) {
	h := n.hosts[p.to.Addr()]
	if h == nil {
		n.show(p, Unreachable, at)
		return
	}
	arrival, outcome := h.down.Carry(p.payload, p.from.Addr(), at)
	if outcome != link.Passed {
		n.show(p, dropped(outcome), at)
		return
	}
	n.schedule(arrival, func(at time.Time) { n.deliver(p, at) })
	if h.down.Twice(p.payload, p.from.Addr()) {
		n.schedule(arrival, func(at time.Time) { n.deliver(p, at) })
	}
}

// dropped is the event of a packet that a link did not pass.
func dropped(o link.Outcome) Event {
	if o == link.Overflowed {
		return Overflowed
	}
	return Lost
}

func (n *Net) deliver(p *packet, at time.Time) {
	if c := n.hosts[p.to.Addr()].lookup(p.to); c != nil && c.accept(p) {
		n.show(p, Delivered, at)
		return
	}
	n.show(p, Unreachable, at)
}

func (n *Net) show(p *packet, e Event, at time.Time) {
	for _, f := range n.observers {
		f(Packet{At: at, From: p.from, To: p.to, Payload: p.payload, Event: e})
	}
}

// event is something that happens at a time.
type event struct {
	at time.Time
	do func(at time.Time)
}

// schedule puts an event in its place, behind all that happen at the same time.
func (n *Net) schedule(at time.Time, do func(at time.Time)) {
	i, _ := slices.BinarySearchFunc(n.events, at, func(e event, at time.Time) int {
		if e.at.After(at) {
			return 1
		}
		return -1
	})
	n.events = slices.Insert(n.events, i, event{at, do})
}

// run does what is due and sets the timer to what comes next. Caller holds n.mu.
func (n *Net) run(now time.Time) {
	for len(n.events) > 0 && !n.events[0].at.After(now) {
		e := n.events[0]
		n.events = slices.Delete(n.events, 0, 1)
		e.do(e.at)
	}
	if len(n.events) == 0 {
		return
	}
	wait := n.events[0].at.Sub(now)
	if n.timer == nil {
		n.timer = time.AfterFunc(wait, n.wake)
		return
	}
	n.timer.Reset(wait)
}

func (n *Net) wake() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.run(time.Now())
}
