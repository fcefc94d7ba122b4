package metrics

import (
	"maps"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/atrium-rtc/atrium/signaling/whip"
)

// ofWHIP are the series of WHIP and WHEP.
func ofWHIP() []series[snapshot] {
	sessions := split("atrium_whip_sessions", "Sessions of encoders that publish by WHIP and of players that receive by WHEP.", "kind",
		func(s *snapshot) map[string]uint64 {
			counts := map[string]uint64{"whip": 0, "whep": 0}
			for kind, n := range s.whip.Sessions {
				counts[kind] = uint64(n) //nolint:gosec // not negative
			}
			return counts
		})
	sessions.kind = prometheus.GaugeValue
	return []series[snapshot]{
		sessions,
		{
			name: "atrium_whip_requests_total", help: "HTTP requests of WHIP and WHEP, by method and status.",
			kind: prometheus.CounterValue, labels: []string{"method", "status"}, samples: whipSamples,
		},
	}
}

// whipSamples shows the outcomes that there may be, also where WHIP is turned off.
func whipSamples(s *snapshot) []sample {
	counts := make(map[whip.Outcome]uint64)
	for _, o := range whip.Outcomes() {
		counts[o] = 0
	}
	maps.Copy(counts, s.whip.Requests)
	var list []sample
	for o, count := range counts {
		list = append(list, sample{float64(count), []string{o.Method, strconv.Itoa(o.Status)}})
	}
	return list
}
