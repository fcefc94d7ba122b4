package transport

import (
	"net/netip"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/link"
)

// Two connections of one client share its rate, as behind one cable.
func TestConnectionsOfAClientShareItsRate(t *testing.T) {
	const rate, octets = 1_000_000, 972 // with headers 1000
	n := NewNetwork(link.Link{}, link.Link{RateBitsPerSecond: rate, QueueBytes: 10_000}, 1)
	server := netip.MustParseAddr("192.0.2.1")
	start := time.Unix(1000, 0)
	media := make([]byte, octets)
	media[0] = 0x80
	passed := 0
	for ms := range 1000 {
		now := start.Add(time.Duration(ms) * time.Millisecond)
		for range 2 { // each connection's reader; the second is a little behind
			if _, outcome := n.down.carry(media, server, now); outcome == link.Passed {
				passed++
			}
			now = now.Add(-500 * time.Microsecond)
		}
	}
	// 2 x 8 Mbit/s into 1 Mbit/s: 125 packets and the queue's ten.
	if passed < 125 || passed > 136 {
		t.Errorf("%d packets of 1000 octets passed in a second, want 125 and the queue", passed)
	}
}

func TestNetworkIsTroubledOnceItHadConditions(t *testing.T) {
	n := NewNetwork(link.Link{}, link.Link{}, 1)
	if n.troubled.Load() {
		t.Error("from the beginning")
	}
	n.Set(link.Link{Delay: time.Second}, link.Link{})
	n.Set(link.Link{}, link.Link{})
	if !n.troubled.Load() {
		t.Error("what is delayed already would be overtaken")
	}
}
