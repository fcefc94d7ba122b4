package tcp

import (
	"net"
	"net/netip"
	"testing"
)

func TestListenOpensOnePortOfEachAddressOrNone(t *testing.T) {
	first, second := netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("127.0.0.2")
	taken, err := Listen(t.Context(), 0, []netip.Addr{second})
	if err != nil {
		t.Skip("no second loopback address:", err)
	}
	port := uint16(taken[0].Addr().(*net.TCPAddr).Port)
	if _, err := Listen(t.Context(), port, []netip.Addr{first, second}); err == nil {
		t.Fatal("a port was opened twice")
	}
	if err := closeAll(taken); err != nil {
		t.Fatal(err)
	}
	both, err := Listen(t.Context(), port, []netip.Addr{netip.AddrFrom16(first.As16()), second})
	if err != nil {
		t.Fatal("what was opened before the failure is still open:", err)
	}
	defer closeAll(both)
	if len(both) != 2 {
		t.Errorf("%d listeners, want 2", len(both))
	}
}

func TestListenWithoutAddressesIsEverywhere(t *testing.T) {
	all, err := Listen(t.Context(), 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll(all)
	if addr := all[0].Addr().(*net.TCPAddr); len(all) != 1 || !addr.IP.IsUnspecified() {
		t.Errorf("%d listeners, the first at %v", len(all), addr)
	}
}
