package link_test

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/link"
)

func TestLineReleasesInOrderOfArrival(t *testing.T) {
	var l link.Line
	port := func(i int) netip.AddrPort { return netip.AddrPortFrom(netip.IPv6Loopback(), uint16(i)) }
	start := time.Unix(1000, 0)
	for i, ms := range []int{30, 10, 20, 10} {
		l.Push(start.Add(time.Duration(ms)*time.Millisecond), []byte{byte(i)}, port(i))
	}
	if _, ok := l.Pop(start); ok {
		t.Error("something arrived early")
	}
	if next, ok := l.Next(); !ok || !next.Equal(start.Add(10*time.Millisecond)) {
		t.Errorf("next at %v", next)
	}
	var got []byte
	for {
		d, ok := l.Pop(start.Add(time.Second))
		if !ok {
			break
		}
		if d.Peer != port(int(d.Payload[0])) {
			t.Errorf("datagram %d has peer %v", d.Payload[0], d.Peer)
		}
		got = append(got, d.Payload[0])
		l.Recycle(d.Payload)
	}
	if want := []byte{1, 3, 2, 0}; !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
	if _, ok := l.Next(); ok {
		t.Error("something is left")
	}
}
