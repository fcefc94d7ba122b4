package udp

import (
	"net"
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"
)

// A socket without checksums stands for a route without checksum offload: the
// kernel refuses segments there (EINVAL; EIO in older versions).
func TestARefusalOfSegmentsByTheKernelLosesNothing(t *testing.T) {
	conns, err := Listen(ListenConfig{Addresses: []netip.Addr{loopback4}, Readers: 1})
	if err != nil {
		t.Fatal(err)
	}
	conn, _ := conns[0].(*net.UDPConn)
	if err := control(conn, func(fd uintptr) error {
		return unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_NO_CHECK, 1)
	}); err != nil {
		t.Fatal(err)
	}
	m, err := New(Config{Sockets: conns, Send: SendSegments})
	if err != nil {
		t.Skipf("no segments on this system: %v", err)
	}
	t.Cleanup(func() { _ = m.Close() })
	q := m.NewQueue(0)
	peers := []*receiver{newReceiver(t, loopback4), newReceiver(t, loopback4)}
	routes := []*Route{routeTo(t, m, peers[0].addr), routeTo(t, m, peers[1].addr)}
	for range 3 {
		for _, r := range routes {
			put(q, r, "one", "two", "six", "x")
		}
		if q.Flush() {
			t.Fatal("no room on loopback")
		}
		for _, p := range peers {
			for _, want := range []string{"one", "two", "six", "x"} {
				if got := string(p.next()); got != want {
					t.Fatalf("%q, want %q", got, want)
				}
			}
		}
	}
	want := QueueStats{Datagrams: 24, Octets: 60, Messages: 24, Calls: 6, Fallbacks: 2}
	if got := m.Stats().Queues; got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}
