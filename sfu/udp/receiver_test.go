package udp

import (
	"net"
	"net/netip"
	"testing"
	"time"
)

// receiver is a peer's socket on loopback.
type receiver struct {
	testing.TB
	conn *net.UDPConn
	addr netip.AddrPort
	buf  [MaxDatagram + 1]byte
}

func newReceiver(tb testing.TB, at netip.Addr) *receiver {
	tb.Helper()
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(at, 0)))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = conn.Close() })
	addr, err := addrPortOf(conn.LocalAddr())
	if err != nil {
		tb.Fatal(err)
	}
	return &receiver{TB: tb, conn: conn, addr: addr}
}

// next waits for a datagram.
func (r *receiver) next() []byte {
	r.Helper()
	_ = r.conn.SetReadDeadline(time.Now().Add(30 * time.Second))
	n, _, err := r.conn.ReadFromUDPAddrPort(r.buf[:])
	if err != nil {
		r.Fatal(err)
	}
	return r.buf[:n]
}
