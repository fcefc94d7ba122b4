package udp

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"testing"
)

// numbered fills a datagram so that another's octets would show.
func numbered(b []byte, number uint32) {
	for i := range b {
		b[i] = byte(number) + byte(i)
	}
	if len(b) >= 4 {
		binary.BigEndian.PutUint32(b, number)
	}
}

// loopbackMux has a socket of each family on loopback.
func loopbackMux(t *testing.T, mode SendMode) *Mux {
	t.Helper()
	requireIPv6(t)
	conns, err := Listen(ListenConfig{Addresses: []netip.Addr{loopback4, loopback6}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(Config{Sockets: conns, Send: mode})
	if err != nil {
		t.Skipf("%v on this system: %v", mode, err)
	}
	t.Cleanup(func() { _ = m.Close() })
	return m
}

func routeTo(tb testing.TB, m *Mux, remote netip.AddrPort) *Route {
	tb.Helper()
	for _, a := range m.ListenAddresses() {
		if a.Addr().Is4() == remote.Addr().Is4() {
			r, err := m.Route(a, remote)
			if err != nil {
				tb.Fatal(err)
			}
			return r
		}
	}
	tb.Fatalf("no way to %v", remote)
	return nil
}

// Runs of all lengths, of datagrams of all sizes, to two families in one queue:
// each destination gets the same datagrams in the same order, in every mode.
func TestWhatAQueueSendsArrivesDatagramByDatagram(t *testing.T) {
	for mode := SendAuto; mode <= SendPlain; mode++ {
		t.Run(mode.String(), func(t *testing.T) {
			m := loopbackMux(t, mode)
			if mode != SendAuto && m.SendMode() != mode {
				t.Fatalf("mode %v", m.SendMode())
			}
			q := m.NewQueue(1)
			var peers []*receiver
			var routes []*Route
			for _, at := range []netip.Addr{loopback4, loopback6, loopback4} {
				r := newReceiver(t, at)
				peers, routes = append(peers, r), append(routes, routeTo(t, m, r.addr))
			}
			random := rand.New(rand.NewPCG(1, 2))
			number, datagrams, octets := uint32(0), uint64(0), uint64(0)
			for round := range 128 {
				var want [3][][]byte
				for range 2 {
					i := random.IntN(3)
					size := []int{1, 100, 1000, 1200, MaxDatagram}[random.IntN(5)]
					for k := range 1 + round%64 {
						if k > 24 && size > 100 {
							break // a receiver's buffer is small
						}
						n := size
						if random.IntN(10) == 0 {
							n = 1 + random.IntN(MaxDatagram)
						}
						number++
						b := q.Reserve(n)
						numbered(b, number)
						want[i] = append(want[i], bytes.Clone(b))
						q.Commit(n, routes[i])
						datagrams, octets = datagrams+1, octets+uint64(n)
					}
				}
				if q.Flush() {
					t.Fatal("no room on loopback")
				}
				for i, list := range want {
					for k, w := range list {
						if got := peers[i].next(); !bytes.Equal(got, w) {
							t.Fatalf("round %d, peer %d, datagram %d: %d octets %x..., want %d %x...",
								round, i, k, len(got), got[:min(len(got), 4)], len(w), w[:min(len(w), 4)])
						}
					}
				}
			}
			s := m.Stats().Queues
			if s.Datagrams != datagrams || s.Octets != octets || s.Full+s.Failed+s.Fallbacks > 0 {
				t.Errorf("sent %d datagrams of %d octets, counted %+v", datagrams, octets, s)
			}
			switch m.SendMode() {
			case SendSegments:
				if s.Segmented < datagrams/2 || s.Messages > datagrams/2 {
					t.Errorf("few runs: %+v", s)
				}
			case SendBatches:
				if s.Segmented != 0 || s.Messages != datagrams || s.Calls > datagrams/2 {
					t.Errorf("batches: %+v", s)
				}
			case SendPlain, SendAuto:
				if s.Segmented != 0 || s.Messages != datagrams || s.Calls != datagrams {
					t.Errorf("plain: %+v", s)
				}
			}
		})
	}
}

// Each length of a run by itself, up to one more than a message may hold.
func TestRunsOfEveryLengthStayInOneMessage(t *testing.T) {
	m := loopbackMux(t, SendSegments)
	q := m.NewQueue(0)
	for _, at := range []netip.Addr{loopback4, loopback6} {
		peer := newReceiver(t, at)
		r := routeTo(t, m, peer.addr)
		for length := 1; length <= maxSegments+1; length++ {
			before := m.Stats().Queues
			for k := range length {
				n := 200
				if k == length-1 {
					n = 150
				}
				numbered(q.Reserve(n), uint32(k))
				q.Commit(n, r)
			}
			q.Flush()
			for k := range length {
				if got := peer.next(); binary.BigEndian.Uint32(got) != uint32(k) || len(got) != 200 && k < length-1 {
					t.Fatalf("datagram %d of %d: %x", k, length, got)
				}
			}
			after := m.Stats().Queues
			want := uint64(1)
			if length > maxSegments {
				want = 2
			}
			if got := after.Messages - before.Messages; got != want {
				t.Errorf("%d datagrams left in %d messages", length, got)
			}
		}
	}
}

// A receiver whose buffer is full loses its own datagrams, and nobody else's.
func TestAReceiverWithoutRoomHarmsNobody(t *testing.T) {
	m := loopbackMux(t, SendAuto)
	q := m.NewQueue(0)
	deaf, peer := sinks(t, 1)[0], newReceiver(t, loopback4)
	toDeaf, toPeer := routeTo(t, m, deaf), routeTo(t, m, peer.addr)
	const rounds = 50
	for i := range rounds {
		for range 40 {
			q.Reserve(1200)
			q.Commit(1200, toDeaf)
		}
		numbered(q.Reserve(100), uint32(i))
		q.Commit(100, toPeer)
		for q.Flush() { // until the kernel has made room
		}
		if got := peer.next(); binary.BigEndian.Uint32(got) != uint32(i) {
			t.Fatalf("datagram %x, want %d", got, i)
		}
	}
	if s := m.Stats().Queues; s.Datagrams != rounds*41 || s.Failed+s.Full > 0 {
		t.Errorf("%+v", s)
	}
}

// A socket with a tiny buffer, if it is ever full: nothing that was committed
// goes missing without being counted, and no call waits.
func TestAQueueBeforeATinySocketCountsEverything(t *testing.T) {
	conns, err := Listen(ListenConfig{Addresses: []netip.Addr{loopback4}, Readers: 1, BufferSize: 1})
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(Config{Sockets: conns})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	q, deaf := m.NewQueue(0), routeTo(t, m, sinks(t, 1)[0])
	const total = 20000
	for range total {
		q.Reserve(1200)
		q.Commit(1200, deaf)
	}
	for q.Flush() { // until the kernel has made room
	}
	if s := m.Stats().Queues; s.Datagrams+s.Full+s.Failed != total || s.Failed > 0 {
		t.Errorf("%+v", s)
	}
}

func TestAQueueOfAClosedMuxFails(t *testing.T) {
	m := loopbackMux(t, SendAuto)
	q, r := m.NewQueue(0), routeTo(t, m, sinks(t, 1)[0])
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	put(q, r, "a", "b")
	if q.Flush() {
		t.Error("a closed socket is taken for a full one")
	}
	if s := m.Stats().Queues; s.Failed != 2 {
		t.Errorf("%+v", s)
	}
}
