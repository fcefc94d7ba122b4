package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/atrium-rtc/atrium/internal/relay"
)

// ofRelay are the series of the embedded TURN server. All are there where it is
// off, as 0.
func ofRelay() []series[snapshot] {
	return []series[snapshot]{
		levels("atrium_turn_allocations", "Allocations of the embedded TURN server, by the transport that clients reach it over.", "transport",
			func(s *snapshot) map[string]int { return byTransport(s.relay.Allocations) }),
		split("atrium_turn_allocations_total", "Allocations that were made.", "transport",
			func(s *snapshot) map[string]uint64 { return byTransport(s.relay.Allocated) }),
		gauge("atrium_turn_connections", "TCP and TLS connections of TURN clients.", func(s *snapshot) int { return s.relay.Connections }),
		split("atrium_turn_refusals_total", "What TURN clients were refused, by cause.", "cause",
			func(s *snapshot) map[string]uint64 {
				counts := make(map[string]uint64)
				for _, cause := range relay.Refusals() {
					counts[string(cause)] = s.relay.Refused[cause]
				}
				return counts
			}),
		relayed("atrium_turn_packets_total", "Packets that were relayed.", func(t relay.Traffic) uint64 { return t.Packets }),
		relayed("atrium_turn_bytes_total", "Payload that was relayed.", func(t relay.Traffic) uint64 { return t.Bytes }),
	}
}

func byTransport[N int | uint64](counts map[relay.Transport]N) map[string]N {
	all := make(map[string]N)
	for _, t := range relay.Transports() {
		all[string(t)] = counts[t]
	}
	return all
}

// relayed is a counter of both directions, as the server sees them.
func relayed(name, help string, of func(relay.Traffic) uint64) series[snapshot] {
	return parts(name, help, prometheus.CounterValue, "direction", func(s *snapshot) map[string]uint64 {
		return map[string]uint64{"received": of(s.relay.FromClients), "sent": of(s.relay.ToClients)}
	})
}
