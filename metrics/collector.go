package metrics

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/atrium-rtc/atrium/internal/admission"
	"github.com/atrium-rtc/atrium/internal/relay"
	"github.com/atrium-rtc/atrium/internal/tracing"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/signaling"
	"github.com/atrium-rtc/atrium/signaling/whip"
)

// Sources are asked at each scrape, from several goroutines at a time.
type Sources struct {
	Version, Revision string // of the binary
	Rooms             func() room.Stats
	Sessions          func() signaling.Stats
	Media             func() sfu.Stats
	WHIP              func() whip.Stats      // nil where it is not spoken
	Relay             func() relay.Stats     // nil where there is none
	Reloads           func() Reloads         // nil where nothing is reloaded
	Usage             func() Usage           // nil where nobody measures it
	Busy              func() bool            // newcomers are refused; nil where none ever is
	Flight            func() Flight          // nil where nothing is recorded
	Traces            func() tracing.Stats   // nil where nothing is traced
	Admission         func() admission.Stats // nil where no token is asked for
	Events            func() Events          // nil where nobody can hear of them
	API               func() []APIRequests   // nil where there is none
	AcceptErrors      func() uint64          // of the listeners for HTTP; nil where nobody counts
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
		newCollector(all(), from.read),
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return registry
}

// read takes a snapshot of every part.
func (from Sources) read() *snapshot {
	now := &snapshot{rooms: from.Rooms(), sessions: from.Sessions(), media: from.Media()}
	if from.WHIP != nil {
		now.whip = from.WHIP()
	}
	if from.Relay != nil {
		now.relay = from.Relay()
	}
	if from.Reloads != nil {
		now.reloads = from.Reloads()
	}
	if from.Usage != nil {
		now.usage = from.Usage()
	}
	now.busy = from.Busy != nil && from.Busy()
	if from.Flight != nil {
		now.flight = from.Flight()
	}
	if from.Traces != nil {
		now.traces = from.Traces()
	}
	if from.Admission != nil {
		now.admission = from.Admission()
	}
	if from.Events != nil {
		now.events = from.Events()
	}
	if from.API != nil {
		now.api = from.API()
	}
	if from.AcceptErrors != nil {
		now.acceptErrors = from.AcceptErrors()
	}
	return now
}

// collector turns snapshots of type S into samples. It implements
// prometheus.Collector.
type collector[S any] struct {
	read   func() *S
	series []series[S]
	descs  []*prometheus.Desc // one for each series
}

func newCollector[S any](list []series[S], read func() *S) *collector[S] {
	c := &collector[S]{read: read, series: list}
	for _, s := range c.series {
		c.descs = append(c.descs, prometheus.NewDesc(s.name, s.help, s.labels, nil))
	}
	return c
}

// Describe implements prometheus.Collector.
func (c *collector[S]) Describe(out chan<- *prometheus.Desc) {
	for _, desc := range c.descs {
		out <- desc
	}
}

// Collect implements prometheus.Collector.
func (c *collector[S]) Collect(out chan<- prometheus.Metric) {
	now := c.read()
	for i, s := range c.series {
		if s.distributions != nil {
			for _, d := range s.distributions(now) {
				out <- newDistributionMetric(c.descs[i], s.labels, d)
			}
			continue
		}
		for _, sample := range s.samples(now) {
			out <- prometheus.MustNewConstMetric(c.descs[i], s.kind, sample.value, sample.labels...)
		}
	}
}
