package udp

import (
	"net"
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"
)

func TestDSCPIsInTheTrafficClassOfEverySocket(t *testing.T) {
	requireIPv6(t)
	conns, err := Listen(ListenConfig{Addresses: []netip.Addr{loopback4, loopback6}, Readers: 2, DSCP: 46})
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range conns {
		conn, _ := c.(*net.UDPConn)
		level, option := unix.IPPROTO_IP, unix.IP_TOS
		if i >= 2 {
			level, option = unix.IPPROTO_IPV6, unix.IPV6_TCLASS
		}
		var class int
		if err := control(conn, func(fd uintptr) (err error) {
			class, err = unix.GetsockoptInt(int(fd), level, option)
			return err
		}); err != nil || class != 46<<2 {
			t.Errorf("socket %d: class %#x, %v", i, class, err)
		}
		_ = conn.Close()
	}
	if _, err := Listen(ListenConfig{Addresses: []netip.Addr{loopback4}, DSCP: 64}); err == nil {
		t.Error("seven bits were accepted")
	}
}
