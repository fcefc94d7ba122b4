package transport

import (
	"net/netip"
	"time"

	"github.com/atrium-rtc/atrium/internal/link"
)

// downlink treats what arrives as a network path would. It belongs to the
// reader goroutine, which waits for what is delayed along with its socket, so it
// needs no goroutine of its own.
type downlink struct {
	way  *direction // shared with the client's other connections
	line link.Line
}

// carry takes a datagram in. It returns true if it has arrived, with nothing
// before it still on the way; lost if it never will.
func (d *downlink) carry(b []byte, from netip.AddrPort, now time.Time) (arrived, lost bool) {
	at, outcome := d.way.carry(b, from.Addr(), now)
	if outcome != link.Passed {
		return false, true
	}
	if _, waiting := d.line.Next(); !waiting && !at.After(now) {
		return true, false
	}
	d.line.Push(at, b, from)
	return false, false
}
