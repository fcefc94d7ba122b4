package udp

import (
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"testing"
)

// kernel stands for both outlets of a Queue's lanes. It answers as a test tells
// it and notes which datagrams went out.
type kernel struct {
	answers []answer // of the next calls; then everything is taken
	judge   func(m message, plain bool) error
	sent    []string // in order: destination's port and payload
	calls   int
}

// answer is what one call returns.
type answer struct {
	n   int // all that fit, if negative
	err error
}

type fakeOutlet struct {
	kernel *kernel
	plain  bool
}

func (o fakeOutlet) send(msgs []message) (int, error) {
	k := o.kernel
	k.calls++
	a := answer{n: -1}
	if len(k.answers) > 0 {
		a, k.answers = k.answers[0], k.answers[1:]
	}
	if a.err != nil {
		return 0, a.err
	}
	if o.plain {
		msgs = msgs[:1]
	}
	if a.n < 0 || a.n > len(msgs) {
		a.n = len(msgs)
	}
	for i := range msgs[:a.n] {
		if k.judge != nil {
			a.err = k.judge(msgs[i], o.plain)
		}
		if a.err != nil && i > 0 {
			return i, nil // the error is lost, as in sendmmsg(2)
		}
		if a.err != nil {
			return 0, a.err
		}
		k.note(&msgs[i])
	}
	return a.n, nil
}

// note cuts a message as the kernel would.
func (k *kernel) note(m *message) {
	count := 0
	for rest := m.b; len(rest) > 0; count++ {
		n := min(m.segment, len(rest))
		k.sent = append(k.sent, fmt.Sprintf("%d:%s", m.to.remote.Port(), rest[:n]))
		rest = rest[n:]
	}
	if count != m.count {
		panic(fmt.Sprintf("a message of %d datagrams says it has %d", count, m.count))
	}
}

// fakeQueue is a Queue that sends to a fake kernel, by segments. Its Mux has an
// address of each family.
func fakeQueue(tb testing.TB, arena, runs int) (*Mux, *Queue, *kernel) {
	tb.Helper()
	second := newLoop()
	second.addr = netip.MustParseAddrPort("[2001:db8::1]:8082")
	m, err := New(Config{Sockets: []net.PacketConn{newLoop(), second}})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = m.Close() })
	k := new(kernel)
	return m, k.queue(m, arena, runs), k
}

// queue makes another Queue that sends to the fake kernel.
func (k *kernel) queue(m *Mux, arena, runs int) *Queue {
	m.sending.Store(uint32(SendPlain))
	q := m.NewQueue(0)
	m.sending.Store(uint32(SendSegments))
	q.arena, q.maxRuns = newArena(arena), runs
	for i := range q.lanes {
		q.lanes[i].runs = newRuns(runs)
		q.lanes[i].batch, q.lanes[i].plain = fakeOutlet{k, false}, fakeOutlet{k, true}
	}
	return q
}

// to is a route to a port of a peer with IPv4, or IPv6 above 60,000.
func to(tb testing.TB, m *Mux, port uint16) *Route {
	tb.Helper()
	local, remote := serverAddr, netip.AddrPortFrom(netip.MustParseAddr("10.0.0.2"), port)
	if port > 60000 {
		local = netip.MustParseAddrPort("[2001:db8::1]:8082")
		remote = netip.AddrPortFrom(netip.MustParseAddr("2001:db8::2"), port)
	}
	r, err := m.Route(local, remote)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

// put commits datagrams to one route.
func put(q *Queue, r *Route, payloads ...string) {
	for _, p := range payloads {
		copy(q.Reserve(len(p)), p)
		q.Commit(len(p), r)
	}
}

// refuseSegmented is a judge for routes without checksum offload.
func refuseSegmented(err error, ports ...uint16) func(message, bool) error {
	return func(m message, _ bool) error {
		for _, p := range ports {
			if m.count > 1 && m.to.remote.Port() == p {
				return err
			}
		}
		return nil
	}
}

// refusePort is a judge for destinations that cannot be reached.
func refusePort(err error, port uint16) func(message, bool) error {
	return func(m message, _ bool) error {
		if m.to.remote.Port() == port {
			return err
		}
		return nil
	}
}

// refuseBatches is a judge for a sandbox.
func refuseBatches(err syscall.Errno) func(message, bool) error {
	return func(_ message, plain bool) error {
		if plain {
			return nil
		}
		return err
	}
}
