package udp

import (
	"net"
	"net/netip"
	"testing"
	"testing/synctest"

	"github.com/atrium-rtc/atrium/internal/testnet"
)

const (
	serverIP  = "10.0.0.1"
	mediaPort = 8082
)

var serverAddr = netip.MustParseAddrPort("10.0.0.1:8082")

// bench is a Mux on a simulated host; tests run it in a synctest bubble, where
// synctest.Wait means that every datagram has been dispatched.
type bench struct {
	*testing.T
	net *testnet.Net
	mux *Mux
}

func newBench(t *testing.T, cfg Config) *bench {
	t.Helper()
	n := testnet.New(t, testnet.Options{})
	if cfg.Sockets == nil {
		cfg.Sockets = []net.PacketConn{n.Host(serverIP).ListenPacket(mediaPort)}
	}
	m, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	return &bench{t, n, m}
}

func (b *bench) conn(ufrag string) *muxedConn {
	b.Helper()
	return getConn(b, b.mux, ufrag, serverAddr)
}

func getConn(tb testing.TB, m *Mux, ufrag string, local netip.AddrPort) *muxedConn {
	tb.Helper()
	conn, err := m.GetConn(ufrag, net.UDPAddrFromAddrPort(local))
	if err != nil {
		tb.Fatal(err)
	}
	c, ok := conn.(*muxedConn)
	if !ok {
		tb.Fatalf("GetConn returned a %T", conn)
	}
	return c
}

// client is a socket of a peer.
func (b *bench) client(ip string) *testnet.Conn {
	b.Helper()
	return b.net.Host(ip).ListenPacket(5000)
}

func (b *bench) send(from *testnet.Conn, payload []byte) {
	b.Helper()
	if _, err := from.WriteToAddrPort(payload, serverAddr); err != nil {
		b.Fatal(err)
	}
	synctest.Wait()
}

// check makes the agent behind c send STUN to a client, as a connectivity
// check or an answer to one.
func (b *bench) check(c *muxedConn, to *testnet.Conn) {
	b.Helper()
	if _, err := c.WriteTo(request(b, "theirs:ours"), to.LocalAddr()); err != nil {
		b.Fatal(err)
	}
	synctest.Wait()
}

// waiting is how many datagrams c's agent could read now.
func waiting(c *muxedConn) int {
	c.inbox.mu.Lock()
	defer c.inbox.mu.Unlock()
	return c.inbox.length
}

func (b *bench) expect(c *muxedConn, want int, why string) {
	b.Helper()
	if got := waiting(c); got != want {
		b.Errorf("%s: %d datagrams wait, want %d", why, got, want)
	}
}

var media = []byte{0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1}
