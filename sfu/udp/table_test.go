package udp

import (
	"net/netip"
	"sync/atomic"
	"testing"
)

func TestTheTableTellsAddressesApart(t *testing.T) {
	var table table
	addrs := []string{
		"10.0.0.1:1", "10.0.0.1:2", "10.0.0.2:1", "[2001:db8::1]:1", "[2001:db8::1]:2", "[2001:db8:0:1::1]:1", "[::a00:1]:1",
	}
	for _, a := range addrs {
		table.put(keyOf(netip.MustParseAddrPort(a)), &path{conn: &muxedConn{ufrag: a}})
	}
	for i, a := range addrs {
		key := keyOf(netip.MustParseAddrPort(a))
		if p := table.get(key); p == nil || p.conn.ufrag != a || table.size() != len(addrs)-i {
			t.Errorf("%s: %+v of %d", a, p, table.size())
		}
		table.delete(key)
		if table.get(key) != nil {
			t.Errorf("%s is still there", a)
		}
	}
	zoned, mapped := netip.MustParseAddrPort("[fe80::1%eth0]:1"), netip.MustParseAddrPort("[::ffff:10.0.0.1]:1")
	if keyOf(zoned) != keyOf(netip.MustParseAddrPort("[fe80::1]:1")) || keyOf(mapped) != keyOf(netip.MustParseAddrPort(addrs[0])) {
		t.Error("a zone, or IPv4 in IPv6, makes another address of it")
	}
}

// BenchmarkTable looks addresses up as several readers do.
func BenchmarkTable(b *testing.B) {
	const addresses = 1024
	var table table
	var remotes [addresses]netip.AddrPort
	for i := range remotes {
		remotes[i] = netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 1, byte(i >> 8), byte(i)}), uint16(5000+7*i))
		table.put(keyOf(remotes[i]), new(path))
	}
	var readers atomic.Uint32
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for i := readers.Add(1) * 97; pb.Next(); i += 13 {
			if table.get(keyOf(remotes[i%addresses])) == nil {
				b.Error("unknown")
				return
			}
		}
	})
}
