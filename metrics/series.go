package metrics

import (
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/atrium-rtc/atrium/internal/admission"
	"github.com/atrium-rtc/atrium/internal/relay"
	"github.com/atrium-rtc/atrium/internal/tracing"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/signaling"
	"github.com/atrium-rtc/atrium/signaling/whip"
)

// series is one metric: its description, and its samples in a snapshot of type
// S.
type series[S any] struct {
	name    string
	help    string
	kind    prometheus.ValueType
	labels  []string
	samples func(*S) []sample
	// distributions, instead of kind and samples, make it a histogram.
	distributions func(*S) []distribution
}

// sample is one value; labels are in the order of the series' own.
type sample struct {
	value  float64
	labels []string
}

// snapshot is what one scrape sees.
type snapshot struct {
	rooms     room.Stats
	sessions  signaling.Stats
	media     sfu.Stats
	whip      whip.Stats
	relay     relay.Stats
	reloads   Reloads
	usage     Usage
	busy      bool
	flight    Flight
	traces    tracing.Stats
	admission admission.Stats
	events    Events
	api       []APIRequests

	acceptErrors uint64
}

func gauge[S any](name, help string, value func(*S) int) series[S] {
	return single(name, help, prometheus.GaugeValue, func(s *S) float64 { return float64(value(s)) })
}

// boolean is a gauge that is 1 or 0.
func boolean[S any](name, help string, value func(*S) bool) series[S] {
	return gauge(name, help, func(s *S) int {
		if value(s) {
			return 1
		}
		return 0
	})
}

func counter[S any](name, help string, value func(*S) uint64) series[S] {
	return single(name, help, prometheus.CounterValue, func(s *S) float64 { return float64(value(s)) })
}

func single[S any](name, help string, kind prometheus.ValueType, value func(*S) float64) series[S] {
	return series[S]{name: name, help: help, kind: kind, samples: func(s *S) []sample { return []sample{{value: value(s)}} }}
}

// seconds is a counter of time.
func seconds[S any](name, help string, value func(*S) time.Duration) series[S] {
	return single(name, help, prometheus.CounterValue, func(s *S) float64 { return value(s).Seconds() })
}

// split is a counter with one label, whose values are known beforehand or few.
func split(name, help, label string, values func(*snapshot) map[string]uint64) series[snapshot] {
	return parts(name, help, prometheus.CounterValue, label, values)
}

// levels is a gauge with one label, likewise.
func levels(name, help, label string, values func(*snapshot) map[string]int) series[snapshot] {
	return parts(name, help, prometheus.GaugeValue, label, values)
}

func parts[N int | int64 | uint64 | float64](
	name, help string, kind prometheus.ValueType, label string, values func(*snapshot) map[string]N,
) series[snapshot] {
	samples := func(s *snapshot) []sample {
		var list []sample
		for value, n := range values(s) {
			list = append(list, sample{float64(n), []string{value}})
		}
		return list
	}
	return series[snapshot]{name: name, help: help, kind: kind, labels: []string{label}, samples: samples}
}

// table is a series with several labels.
func table(name, help string, kind prometheus.ValueType, samples func(*snapshot) []sample, labels ...string) series[snapshot] {
	return series[snapshot]{name: name, help: help, kind: kind, labels: labels, samples: samples}
}

// all lists every series of our own.
func all() []series[snapshot] {
	return slices.Concat(
		ofRooms(),
		ofSignaling(),
		ofTokens(),
		ofWHIP(),
		ofRelay(),
		ofConnecting(),
		ofMedia(),
		ofQuality(),
		ofForwarding(),
		ofNetwork(),
		ofTCP(),
		ofQueues(),
		ofReloads(),
		ofUsage(),
		ofFlight(),
		ofTraces(),
		ofEvents(),
		ofAPI(),
	)
}
