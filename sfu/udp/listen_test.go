package udp

import (
	"bytes"
	"errors"
	"log/slog"
	"math"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
)

var (
	loopback4 = netip.MustParseAddr("127.0.0.1")
	loopback6 = netip.IPv6Loopback()
)

// requireIPv6 skips where the kernel has no ::1 to bind.
func requireIPv6(t *testing.T) {
	t.Helper()
	c, err := net.ListenUDP("udp6", net.UDPAddrFromAddrPort(netip.AddrPortFrom(loopback6, 0)))
	if err != nil {
		t.Skipf("this machine has no IPv6 loopback: %v", err)
	}
	_ = c.Close()
}

func portOf(t *testing.T, c net.PacketConn) uint16 {
	t.Helper()
	a, err := addrPortOf(c.LocalAddr())
	if err != nil {
		t.Fatal(err)
	}
	return a.Port()
}

func TestListenWithoutAddressesOpensBothFamiliesOnOnePort(t *testing.T) {
	requireIPv6(t)
	conns, err := Listen(ListenConfig{Readers: 1})
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(Config{Sockets: conns})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	if len(conns) != 2 || portOf(t, conns[0]) != portOf(t, conns[1]) {
		t.Fatalf("sockets %v", conns)
	}
	found := map[netip.Addr]bool{}
	for _, a := range m.ListenAddresses() {
		if a.Addr().IsUnspecified() || a.Addr().Is6() && a.Addr().IsLinkLocalUnicast() {
			t.Errorf("candidates would be made of %v", a)
		}
		if found[a.Addr()] || a.Port() != portOf(t, conns[0]) {
			t.Errorf("%v is listed twice or has another port", a)
		}
		found[a.Addr()] = true
	}
	if !found[loopback4] || !found[loopback6] {
		t.Errorf("loopback is missing in %v", m.ListenAddresses())
	}
}

func TestListenNamesTheAddressThatIsTakenAndKeepsNothingOpen(t *testing.T) {
	first, err := Listen(ListenConfig{Addresses: []netip.Addr{loopback4}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = first[0].Close() })
	port := portOf(t, first[0])
	_, err = Listen(ListenConfig{Port: port, Addresses: []netip.Addr{netip.MustParseAddr("127.0.0.2"), loopback4}})
	if !errors.Is(err, syscall.EADDRINUSE) || !strings.Contains(err.Error(), first[0].LocalAddr().String()) {
		t.Errorf("error %v", err)
	}
	again, err := Listen(ListenConfig{Port: port, Addresses: []netip.Addr{netip.MustParseAddr("127.0.0.2")}})
	if err != nil {
		t.Fatalf("the other address was not freed: %v", err)
	}
	_ = again[0].Close()
}

func TestListenSaysWhenBuffersAreSmall(t *testing.T) {
	var log bytes.Buffer
	conns, err := Listen(ListenConfig{
		Addresses:  []netip.Addr{loopback4, netip.MustParseAddr("127.0.0.2")},
		BufferSize: math.MaxInt32, // no machine's limit is that high
		Logger:     slog.New(slog.NewTextHandler(&log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range conns {
		_ = c.Close()
	}
	if warned := strings.Count(log.String(), "the kernel limits socket buffers"); warned != 1 {
		t.Errorf("%d warnings in %q", warned, log.String())
	}
}

func TestUsableLeavesOutLinkLocalIPv6(t *testing.T) {
	network := func(s string) net.Addr {
		p := netip.MustParsePrefix(s)
		return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
	}
	got := usable([]net.Addr{network("fe80::1/64"), network("fd00::2/64"), network("10.0.0.1/8"), network("::1/128")})
	if len(got) != 3 || got[0] != netip.MustParseAddr("fd00::2") || got[2] != loopback6 {
		t.Errorf("usable: %v", got)
	}
}
