package udp

import (
	"fmt"
	"net"
	"net/netip"
	"testing"
)

// sinks opens sockets that nobody reads: the kernel does all its work up to the
// full buffer.
func sinks(tb testing.TB, n int) []netip.AddrPort {
	tb.Helper()
	var addrs []netip.AddrPort
	for range n {
		conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(loopback4, 0)))
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() { _ = conn.Close() })
		if err := conn.SetReadBuffer(1); err != nil {
			tb.Fatal(err)
		}
		a, err := addrPortOf(conn.LocalAddr())
		if err != nil {
			tb.Fatal(err)
		}
		addrs = append(addrs, a)
	}
	return addrs
}

// possible skips a mode that the system lacks.
func muxWith(tb testing.TB, mode SendMode) *Mux {
	tb.Helper()
	conns, err := Listen(ListenConfig{Addresses: []netip.Addr{loopback4}, Readers: 1})
	if err != nil {
		tb.Fatal(err)
	}
	m, err := New(Config{Sockets: conns, Send: mode})
	if err != nil {
		tb.Skipf("not on this system: %v", err)
	}
	tb.Cleanup(func() { _ = m.Close() })
	return m
}

// BenchmarkQueue sends what a shard does: to one subscriber after the other, the
// datagrams of one frame, and then a flush.
func BenchmarkQueue(b *testing.B) {
	const destinations, size = 64, 1100
	for _, length := range []int{1, 2, 4, 8, 16} {
		for _, mode := range []SendMode{SendPlain, SendBatches, SendSegments} {
			b.Run(fmt.Sprintf("run=%d/%v", length, mode), func(b *testing.B) {
				m := muxWith(b, mode)
				q := m.NewQueue(0)
				var routes []*Route
				for _, a := range sinks(b, destinations) {
					r, err := m.Route(m.ListenAddresses()[0], a)
					if err != nil {
						b.Fatal(err)
					}
					routes = append(routes, r)
				}
				payload := make([]byte, size)
				b.ReportAllocs()
				sent := 0
				for b.Loop() {
					for _, r := range routes {
						for range length {
							copy(q.Reserve(size), payload)
							q.Commit(size, r)
							sent++
						}
					}
					q.Flush()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(sent), "ns/datagram")
				if s := m.Stats().Queues; s.Failed > 0 || s.Fallbacks > 0 {
					b.Errorf("%+v", s)
				}
			})
		}
	}
}
