package udp

import (
	"net/netip"
	"testing"

	"github.com/atrium-rtc/atrium/internal/demux"
)

// FuzzDispatch sends anything at all from a known and from an unknown address.
// Nothing may be learned from it, and a stranger reaches an agent only with a
// request that names it.
func FuzzDispatch(f *testing.F) {
	f.Add(media)
	f.Add(request(f, "a:theirs"))
	f.Add([]byte{})
	f.Add([]byte{1, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42})
	f.Add([]byte{22, 254, 253})
	m, conns, remotes := known(f, 1)
	s, c := m.groups[0].sockets[0], conns[0]
	stranger := netip.MustParseAddrPort("10.9.9.9:1")
	into := make([]byte, MaxDatagram)
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, from := range []netip.AddrPort{remotes[0], stranger} {
			if s.dispatch(b, from); waiting(c) == 0 {
				continue
			}
			n, source, err := c.ReadFromAddrPort(into)
			if err != nil || source != from || string(into[:n]) != string(b) {
				t.Fatalf("%x from %v became %x from %v: %v", b, from, into[:n], source, err)
			}
			if ufrag, err := demux.LocalUfrag(b); from == stranger && string(ufrag) != "a" {
				t.Fatalf("a stranger's %x was let in (%v)", b, err)
			}
		}
		if got := m.Stats(); got.Addresses != 1 || got.Connections != 1 {
			t.Fatalf("%x changed the tables: %+v", b, got)
		}
	})
}
