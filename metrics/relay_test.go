package metrics

import (
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/internal/relay"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/signaling"
)

func TestTheRelayIsCountedWhereItIsAndWhereItIsNot(t *testing.T) {
	from := fixed(room.Stats{}, signaling.Stats{}, sfu.Stats{})
	off := seriesOf(scrape(t, from))
	from.Relay = func() relay.Stats {
		return relay.Stats{
			Allocations: map[relay.Transport]int{relay.TLS: 3}, Allocated: map[relay.Transport]uint64{relay.TLS: 5}, Connections: 4,
			Refused:   map[relay.Refusal]uint64{relay.RefusedSpecial: 7},
			ToClients: relay.Traffic{Packets: 8, Bytes: 9},
		}
	}
	text := scrape(t, from)
	for _, want := range []string{
		`atrium_turn_allocations{transport="tls"} 3`,
		`atrium_turn_allocations{transport="udp"} 0`,
		`atrium_turn_allocations_total{transport="tls"} 5`,
		`atrium_turn_connections 4`,
		`atrium_turn_refusals_total{cause="special"} 7`,
		`atrium_turn_refusals_total{cause="pace"} 0`,
		`atrium_turn_packets_total{direction="sent"} 8`,
		`atrium_turn_bytes_total{direction="sent"} 9`,
		`atrium_turn_bytes_total{direction="received"} 0`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("missing: %s", want)
		}
	}
	if on := seriesOf(text); len(on) != len(off) {
		t.Errorf("%d series with a relay, %d without", len(on), len(off))
	}
}
