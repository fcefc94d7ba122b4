package metrics

import (
	"math"

	"github.com/prometheus/client_golang/prometheus"
)

// Usage is how much of the machine the server uses, on average of the last ten
// seconds. NaN is unknown, and has no sample.
type Usage struct {
	CPU      float64 // share of the processors it may use, 0 to 1
	Capacity float64 // 1 is full
}

// ofUsage lists what autoscalers follow.
func ofUsage() []series[snapshot] {
	ratio := func(name, help string, value func(Usage) float64) series[snapshot] {
		return series[snapshot]{name: name, help: help, kind: prometheus.GaugeValue, samples: func(s *snapshot) []sample {
			if v := value(s.usage); !math.IsNaN(v) {
				return []sample{{value: v}}
			}
			return nil
		}}
	}
	return []series[snapshot]{
		ratio("atrium_cpu_used_ratio", "Share of the processors that the process may use which it used in the last ten seconds, 0 to 1.",
			func(u Usage) float64 { return u.CPU }),
		ratio("atrium_capacity_used_ratio", "How full the server is, 1 being full: the largest of atrium_cpu_used_ratio / 0.85, rooms beside rooms.max_rooms, and websockets beside signaling.max_sessions.",
			func(u Usage) float64 { return u.Capacity }),
		boolean("atrium_overloaded", "1 while newcomers are refused because the processors are busy (overload.refuse), 0 otherwise.",
			func(s *snapshot) bool { return s.busy }),
	}
}
