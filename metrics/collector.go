package metrics

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/signaling"
)

// Sources are asked at each scrape, from several goroutines at a time.
type Sources struct {
	Version, Revision string // of the binary
	Rooms             func() room.Stats
	Sessions          func() signaling.Stats
	Media             func() sfu.Stats
}

// Handler answers a scrape with the series of the server, of the Go runtime and
// of the process. It has a registry of its own.
func Handler(from Sources) http.Handler {
	registry := newRegistry(from)
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true, MaxRequestsInFlight: 4})
}

func newRegistry(from Sources) *prometheus.Registry {
	registry := prometheus.NewRegistry()
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "atrium_build_info", Help: "1, with the version and the revision of the binary.",
		ConstLabels: prometheus.Labels{"version": from.Version, "revision": from.Revision},
	})
	build.Set(1)
	registry.MustRegister(
		build,
		newCollector(from),
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return registry
}

// collector turns snapshots into samples. It implements prometheus.Collector.
type collector struct {
	from   Sources
	series []series
	descs  []*prometheus.Desc // one for each series
}

func newCollector(from Sources) *collector {
	c := &collector{from: from, series: all()}
	for _, s := range c.series {
		c.descs = append(c.descs, prometheus.NewDesc(s.name, s.help, s.labels, nil))
	}
	return c
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(out chan<- *prometheus.Desc) {
	for _, desc := range c.descs {
		out <- desc
	}
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(out chan<- prometheus.Metric) {
	now := &snapshot{rooms: c.from.Rooms(), sessions: c.from.Sessions(), media: c.from.Media()}
	for i, s := range c.series {
		for _, sample := range s.samples(now) {
			out <- prometheus.MustNewConstMetric(c.descs[i], s.kind, sample.value, sample.labels...)
		}
	}
}
