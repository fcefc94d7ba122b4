package metrics

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

// LoadStatus is a load test as of its last second.
type LoadStatus struct {
	Second result.Point   // the last second
	Total  result.Summary // everything so far
}

// LoadHandler answers a scrape of the load generator with what its clients see.
// status is called at each scrape, from several goroutines at a time.
func LoadHandler(status func() LoadStatus) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		newCollector(ofLoad(), func() *LoadStatus { s := status(); return &s }),
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true, MaxRequestsInFlight: 4})
}

// ofLoad lists every series of a load test.
func ofLoad() []series[LoadStatus] {
	second := func(name, help string, value func(*result.Point) float64) series[LoadStatus] {
		return single(name, help, prometheus.GaugeValue, func(s *LoadStatus) float64 { return value(&s.Second) })
	}
	total := func(name, help string, value func(*result.Summary) float64) series[LoadStatus] {
		return single(name, help, prometheus.CounterValue, func(s *LoadStatus) float64 { return value(&s.Total) })
	}
	return []series[LoadStatus]{
		second("atrium_load_clients", "Synthetic participants that are in their rooms.", func(p *result.Point) float64 { return float64(p.Clients) }),
		second("atrium_load_publishers", "Synthetic participants that publish.", func(p *result.Point) float64 { return float64(p.Publishers) }),
		second("atrium_load_subscriptions", "Streams that are received.", func(p *result.Point) float64 { return float64(p.Subscriptions) }),
		second("atrium_load_saturated", "1 while the generator is too busy for its figures to be trusted.", func(p *result.Point) float64 {
			if p.Saturated {
				return 1
			}
			return 0
		}),
		{
			name: "atrium_load_latency_seconds", help: "One-way latency of media in the last second, by percentile.",
			kind: prometheus.GaugeValue, labels: []string{"percentile"}, samples: latencySamples,
		},
		total("atrium_load_join_failures_total", "Joins, publications and subscriptions that failed.", func(s *result.Summary) float64 { return float64(s.JoinFailures) }),
		total("atrium_load_packets_sent_total", "RTP packets sent by publishers, without retransmissions.", func(s *result.Summary) float64 { return float64(s.PacketsSent) }),
		total("atrium_load_packets_received_total", "RTP packets received, each once.", func(s *result.Summary) float64 { return float64(s.Packets) }),
		total("atrium_load_bytes_received_total", "Bytes of RTP payload received.", func(s *result.Summary) float64 { return float64(s.Octets) }),
		total("atrium_load_packets_lost_total", "RTP packets missing after repair.", func(s *result.Summary) float64 { return float64(s.Lost) }),
		total("atrium_load_packets_repaired_total", "RTP packets that came by retransmission.", func(s *result.Summary) float64 { return float64(s.Repaired) }),
		total("atrium_load_frames_total", "Video frames that were complete and decodable.", func(s *result.Summary) float64 { return float64(s.Frames) }),
		total("atrium_load_frames_late_total", "Of them, late ones.", func(s *result.Summary) float64 { return float64(s.FramesLate) }),
		total("atrium_load_freezes_total", "Freezes of pictures, as WebRTC's statistics count them.", func(s *result.Summary) float64 { return float64(s.Freezes) }),
		total("atrium_load_frozen_seconds_total", "Time that pictures were frozen.", func(s *result.Summary) float64 { return float64(s.Frozen) }),
		total("atrium_load_audio_gaps_total", "Gaps in the sound.", func(s *result.Summary) float64 { return float64(s.AudioGaps) }),
	}
}

func latencySamples(s *LoadStatus) []sample {
	of := func(percentile string, v result.Millis) sample {
		return sample{float64(v) / 1000, []string{percentile}}
	}
	return []sample{of("50", s.Second.LatencyP50), of("95", s.Second.LatencyP95), of("99", s.Second.LatencyP99)}
}
