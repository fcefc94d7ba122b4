package tcp

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"runtime"
	"testing"

	"github.com/atrium-rtc/atrium/internal/invariant"
)

// onLoopback is a Mux on loopback, with one candidate and a client that is connected
// to it.
func onLoopback(t testing.TB) (*conn, net.Conn, netip.AddrPort) {
	t.Helper()
	loopback := netip.MustParseAddr("127.0.0.1")
	listeners, err := Listen(t.Context(), 0, []netip.Addr{loopback})
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(Config{Listeners: listeners})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	c, err := m.GetConnByUfrag("a", false, loopback.AsSlice())
	if err != nil {
		t.Fatal(err)
	}
	var d net.Dialer
	client, err := d.DialContext(t.Context(), "tcp", c.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	if _, err := client.Write(appendFrame(nil, request(t, "a:theirs"))); err != nil {
		t.Fatal(err)
	}
	from, err := skip(c.(*conn))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.WriteTo(answer, from); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(client, make([]byte, lengthSize+len(answer))); err != nil {
		t.Fatal(err)
	}
	return c.(*conn), client, from.(*net.TCPAddr).AddrPort()
}

func TestFramesCostNoAllocation(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector drops what pools hold")
	}
	c, client, addr := onLoopback(t)
	framed, b := appendFrame(nil, media), make([]byte, MaxFrame)
	if got := testing.AllocsPerRun(500, func() {
		if _, err := client.Write(framed); err != nil {
			t.Fatal(err)
		}
		if _, from, err := c.ReadFromAddrPort(b); err != nil || from != addr {
			t.Fatal(from, err)
		}
		if _, err := c.WriteToAddrPort(media, addr); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(client, b[:len(framed)]); err != nil {
			t.Fatal(err)
		}
	}); got != 0 {
		t.Errorf("%v allocations for a frame in and one out, want 0", got)
	}
}

func TestIdleCandidateCostsLittleAndNoGoroutine(t *testing.T) {
	const candidates = 3000
	m, err := New(Config{Listeners: []net.Listener{newMemoryListener()}})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	used := func() uint64 {
		runtime.GC()
		var s runtime.MemStats
		runtime.ReadMemStats(&s)
		return s.HeapAlloc
	}
	before, goroutines := used(), runtime.NumGoroutine()
	keep := make([]net.PacketConn, candidates)
	for i := range keep {
		if keep[i], err = m.GetConnByUfrag(fmt.Sprintf("agent%d", i/3), false, net.IPv4(192, 0, 2, byte(i%3))); err != nil {
			t.Fatal(err)
		}
	}
	each := (int64(used()) - int64(before)) / candidates
	t.Logf("%d octets for each idle candidate", each)
	if each > 600 {
		t.Errorf("%d octets for each idle candidate, want 600 at most", each)
	}
	if more := runtime.NumGoroutine() - goroutines; more > 0 {
		t.Errorf("%d goroutines for %d idle candidates", more, candidates)
	}
	runtime.KeepAlive(keep)
}

// BenchmarkFrame is a frame of media to a client on loopback and back again, some
// at a time on the way.
func BenchmarkFrame(b *testing.B) {
	c, client, addr := onLoopback(b)
	frame := append([]byte(nil), media...)
	frame = append(frame, make([]byte, 1100-len(media))...)
	echoed := make(chan error, 1)
	go func() {
		_, err := io.Copy(client, struct{ io.Reader }{client})
		echoed <- err
	}()
	into := make([]byte, MaxFrame)
	b.ReportAllocs()
	const waiting = 32
	for sent := 0; b.Loop(); {
		if _, err := c.WriteToAddrPort(frame, addr); err != nil {
			b.Fatal(err)
		}
		if sent++; sent < waiting {
			continue
		}
		if _, _, err := c.ReadFromAddrPort(into); err != nil {
			b.Fatal(err)
		}
	}
	c.mux.Close()
	client.Close()
	<-echoed
}
