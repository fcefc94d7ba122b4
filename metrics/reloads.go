package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Reloads are the attempts to give a running server a new configuration.
type Reloads struct {
	Applied, Unchanged, Refused uint64    // attempts, by what came of them
	Successful                  bool      // the last one was not refused; the start counts as one
	LastSuccess                 time.Time // when one was last not refused
}

// ofReloads lists their series, named as Prometheus names its own.
func ofReloads() []series[snapshot] {
	return []series[snapshot]{
		split("atrium_config_reloads_total", "Reloads of the configuration by outcome: applied, unchanged (nothing that a running server takes), refused (it was wrong).", "outcome",
			func(s *snapshot) map[string]uint64 {
				return map[string]uint64{"applied": s.reloads.Applied, "unchanged": s.reloads.Unchanged, "refused": s.reloads.Refused}
			}),
		boolean("atrium_config_last_reload_successful", "1 unless the last reload was refused. The start counts as one.",
			func(s *snapshot) bool { return s.reloads.Successful }),
		single("atrium_config_last_reload_success_timestamp_seconds", "When the configuration was last taken, in Unix time.", prometheus.GaugeValue, func(s *snapshot) float64 {
			return float64(s.reloads.LastSuccess.UnixMilli()) / 1e3
		}),
	}
}
