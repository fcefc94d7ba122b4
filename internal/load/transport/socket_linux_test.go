package transport

import (
	"net/netip"
	"testing"
	"time"
)

// gathering is a sink that ends the reading after each system call.
type gathering struct {
	payloads [][]byte
	from     []netip.AddrPort
}

func (g *gathering) datagram(b []byte, from netip.AddrPort, _ time.Time) {
	g.payloads, g.from = append(g.payloads, append([]byte(nil), b...)), append(g.from, from)
}

func (g *gathering) drained(time.Time) bool { return false }

// sockets opens two.
func sockets(t *testing.T, at netip.Addr) (*socket, *socket) {
	t.Helper()
	var both [2]*socket
	for i := range both {
		s, err := listen(at, &batchPool{})
		if err != nil {
			t.Skip(err) // no IPv6
		}
		t.Cleanup(func() { _ = s.conn.Close() })
		both[i] = s
	}
	return both[0], both[1]
}

func TestOneSystemCallReadsABatch(t *testing.T) {
	for _, at := range []netip.Addr{loopback, netip.IPv6Loopback()} {
		t.Run(at.String(), func(t *testing.T) {
			a, b := sockets(t, at)
			for n := range batchSize + 2 {
				size := n + 1
				if n == 1 {
					size = maxDatagram + 1 // cut off, so left out
				}
				payload := make([]byte, size)
				payload[0] = byte(n)
				if err := a.send(payload, b.local); err != nil {
					t.Fatal(err)
				}
			}
			g := &gathering{}
			d := b.newDrain(g)
			for _, want := range []int{batchSize - 1, batchSize - 1 + 2} {
				if err := d.run(); err != nil || len(g.payloads) != want {
					t.Fatalf("%d datagrams, want %d: %v", len(g.payloads), want, err)
				}
			}
			for i, p := range g.payloads {
				n := i + min(i, 1) // the second is missing
				if len(p) != n+1 || p[0] != byte(n) || g.from[i] != a.local {
					t.Errorf("datagram %d: %d octets from %v, begins with %d", n, len(p), g.from[i], p[0])
				}
			}
		})
	}
}

func TestKernelDropsAreCounted(t *testing.T) {
	a, b := sockets(t, loopback)
	if err := b.conn.SetReadBuffer(0); err != nil {
		t.Fatal(err)
	}
	if n := b.kernelDrops(); n != 0 {
		t.Errorf("%d dropped before anything was sent", n)
	}
	for range 100 {
		if err := a.send(make([]byte, 1000), b.local); err != nil {
			t.Fatal(err)
		}
	}
	if n := b.kernelDrops(); n < 50 || n > 100 {
		t.Errorf("%d of 100 dropped by a small buffer", n)
	}
}

// timed is a sink that keeps when datagrams arrived.
type timed struct{ arrivals []time.Time }

func (g *timed) datagram(_ []byte, _ netip.AddrPort, arrival time.Time) {
	g.arrivals = append(g.arrivals, arrival)
}

func (g *timed) drained(time.Time) bool { return false }

// A datagram that waits for a busy process has arrived all the same.
func TestArrivalIsWhenTheKernelHadIt(t *testing.T) {
	a, b := sockets(t, loopback)
	before := time.Now()
	if err := a.send([]byte{1}, b.local); err != nil {
		t.Fatal(err)
	}
	sent := time.Now()
	const wait = 20 * time.Millisecond
	for time.Since(sent) < wait { // busy with something else
	}
	g := &timed{}
	if err := b.newDrain(g).run(); err != nil {
		t.Fatal(err)
	}
	if len(g.arrivals) != 1 {
		t.Fatalf("%d datagrams", len(g.arrivals))
	}
	// Loopback delivers within the system call that sends.
	if at := g.arrivals[0]; at.Before(before.Add(-time.Millisecond)) || time.Since(at) < wait {
		t.Errorf("arrived %v after it was sent, read %v later", at.Sub(sent), time.Since(at))
	}
}

func TestAbsurdArrivalsAreNow(t *testing.T) {
	b := newBatch()
	now := time.Now()
	b.messages[0].header.SetControllen(0)
	if got := b.arrival(0, now); !got.Equal(now) {
		t.Errorf("without a control message %v", got.Sub(now))
	}
	b.messages[0].header.SetControllen(controlSize)
	if got := b.arrival(0, now); !got.Equal(now) {
		t.Errorf("with an empty one %v", got.Sub(now))
	}
}
