package udp

import (
	"errors"
	"net"
	"net/netip"
	"testing"

	"github.com/atrium-rtc/atrium/internal/invariant"
)

// loop is a socket whose writes go nowhere and whose reads wait for Close.
type loop struct {
	net.PacketConn
	addr   netip.AddrPort
	closed chan struct{}
}

func newLoop() *loop { return &loop{addr: serverAddr, closed: make(chan struct{})} }

func (l *loop) LocalAddr() net.Addr { return net.UDPAddrFromAddrPort(l.addr) }

func (l *loop) Close() error {
	close(l.closed)
	return nil
}

func (l *loop) ReadFromAddrPort([]byte) (int, netip.AddrPort, error) {
	<-l.closed
	return 0, netip.AddrPort{}, net.ErrClosed
}

func (l *loop) WriteToAddrPort(b []byte, _ netip.AddrPort) (int, error) { return len(b), nil }

// known makes a Mux of n agents that know one address each.
func known(tb testing.TB, n int) (*Mux, []*muxedConn, []netip.AddrPort) {
	tb.Helper()
	m, err := New(Config{Sockets: []net.PacketConn{newLoop()}})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = m.Close() })
	var conns []*muxedConn
	var remotes []netip.AddrPort
	for i := range n {
		ufrag := string(rune('a' + i))
		remote := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 1, byte(i >> 8), byte(i)}), 5000)
		conns, remotes = append(conns, getConn(tb, m, ufrag, serverAddr)), append(remotes, remote)
		if _, err := conns[i].WriteToAddrPort(request(tb, "theirs:"+ufrag), remote); err != nil {
			tb.Fatal(err)
		}
	}
	return m, conns, remotes
}

// pass takes one datagram through the table and the queue to the agent.
func pass(s *socket, c *muxedConn, from netip.AddrPort, payload, into []byte) error {
	s.dispatch(payload, from)
	if waiting(c) == 0 {
		return errors.New("dropped")
	}
	_, _, err := c.ReadFromAddrPort(into)
	return err
}

func TestADatagramCostsNoAllocation(t *testing.T) {
	if invariant.Enabled {
		t.Skip("under the race detector sync.Pool forgets on purpose")
	}
	m, conns, remotes := known(t, 2)
	s, c, remote := m.groups[0].sockets[0], conns[0], remotes[0]
	taker, taken := remotes[1], 0
	conns[1].peer = m.Peer(PeerConfig{Take: func([]byte) bool { taken++; return true }})
	into, rtp := make([]byte, 1500), append(append([]byte(nil), media...), make([]byte, 1100)...)
	check, forged := request(t, "a:theirs"), request(t, "z:theirs")
	stranger := netip.MustParseAddrPort("10.9.9.9:1")
	for name, f := range map[string]func() error{
		"media in":              func() error { return pass(s, c, remote, rtp, into) },
		"media taken":           func() error { s.dispatch(rtp, taker); return nil },
		"a check in":            func() error { return pass(s, c, remote, check, into) },
		"a stranger's check in": func() error { return pass(s, c, stranger, check, into) },
		"media out":             func() error { _, err := c.WriteToAddrPort(rtp, remote); return err },
		"a check out":           func() error { _, err := c.WriteToAddrPort(check, remote); return err },
		"a check for nobody": func() error {
			if s.route(forged, stranger) != nil {
				return errors.New("routed")
			}
			return nil
		},
	} {
		var failed error
		allocs := testing.AllocsPerRun(1000, func() {
			if err := f(); err != nil {
				failed = err
			}
		})
		if allocs != 0 || failed != nil {
			t.Errorf("%s: %v allocations, error %v", name, allocs, failed)
		}
	}
	if taken == 0 {
		t.Error("nothing was taken")
	}
}

// What a queue sends, in every mode, to its own Mux, whose reader takes it.
func TestAQueueCostsNoAllocation(t *testing.T) {
	if invariant.Enabled {
		t.Skip("under the race detector sync.Pool forgets on purpose")
	}
	for mode := SendAuto; mode <= SendPlain; mode++ {
		t.Run(mode.String(), func(t *testing.T) {
			m := muxWith(t, mode)
			server := m.ListenAddresses()[0]
			p := m.Peer(PeerConfig{Take: func([]byte) bool { return true }})
			conn, err := p.GetConn("ours", net.UDPAddrFromAddrPort(server))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := conn.WriteTo(request(t, "ours:theirs"), conn.LocalAddr()); err != nil {
				t.Fatal(err)
			}
			q := m.NewQueue(0)
			r := routeTo(t, m, server)
			allocs := testing.AllocsPerRun(200, func() {
				for _, n := range []int{1100, 1100, 900, 1100, 50} {
					b := q.Reserve(n)
					copy(b, media)
					q.Commit(n, r)
				}
				q.Flush()
			})
			if s := m.Stats().Queues; allocs != 0 || s.Datagrams != 201*5 {
				t.Errorf("%v allocations, %+v", allocs, s)
			}
		})
	}
}

func TestARealSocketCostsNoAllocation(t *testing.T) {
	if invariant.Enabled {
		t.Skip("under the race detector sync.Pool forgets on purpose")
	}
	m := listenMux(t, loopback4)
	server := m.ListenAddresses()[0]
	c := getConn(t, m, "ours", server)
	// The server's own address is its peer: what it sends, it receives.
	if _, err := c.WriteToAddrPort(request(t, "ours:theirs"), server); err != nil {
		t.Fatal(err)
	}
	into := make([]byte, 1500)
	if _, _, err := c.ReadFromAddrPort(into); err != nil {
		t.Fatal(err)
	}
	var failed error
	allocs := testing.AllocsPerRun(500, func() {
		if _, err := c.WriteToAddrPort(media, server); err != nil {
			failed = err
		}
		if _, _, err := c.ReadFromAddrPort(into); err != nil {
			failed = err
		}
	})
	if allocs != 0 || failed != nil {
		t.Errorf("%v allocations for a datagram out and in, error %v", allocs, failed)
	}
}

func BenchmarkDispatch(b *testing.B) {
	for name, payload := range map[string][]byte{
		"media": append(append([]byte(nil), media...), make([]byte, 1100)...),
		"check": nil,
	} {
		b.Run(name, func(b *testing.B) {
			m, conns, remotes := known(b, 500)
			s, into := m.groups[0].sockets[0], make([]byte, 1500)
			packets := make([][]byte, len(conns))
			for i, c := range conns {
				if packets[i] = payload; payload == nil {
					packets[i] = request(b, c.ufrag+":theirs")
				}
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				k := i % len(conns)
				if err := pass(s, conns[k], remotes[k], packets[k], into); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkWrite(b *testing.B) {
	_, conns, remotes := known(b, 500)
	rtp := append(append([]byte(nil), media...), make([]byte, 1100)...)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := conns[i%500].WriteToAddrPort(rtp, remotes[i%500]); err != nil {
			b.Fatal(err)
		}
	}
}
