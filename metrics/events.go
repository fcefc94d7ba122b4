package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/atrium-rtc/atrium/internal/feed"
	"github.com/atrium-rtc/atrium/internal/webhook"
)

// Events is what became of events for applications.
type Events struct {
	Feed     feed.Stats
	Streams  feed.HandlerStats
	Webhooks webhook.Stats // of all receivers together
}

// ofEvents lists its series. All are there where nobody listens, as 0.
func ofEvents() []series[snapshot] {
	return []series[snapshot]{
		counter("atrium_events_total", "Events that were made for webhooks and streams; none are while nobody listens.", func(s *snapshot) uint64 { return s.events.Feed.Events }),
		gauge("atrium_event_streams", "Streams of server-sent events.", func(s *snapshot) int { return s.events.Streams.Open }),
		counter("atrium_event_streams_refused_total", "Streams that were refused because there were too many.", func(s *snapshot) uint64 { return s.events.Streams.Refused }),
		counter("atrium_event_streams_cut_total", "Streams that were cut because the client read too slowly.", func(s *snapshot) uint64 { return s.events.Streams.Cut }),
		gauge("atrium_webhook_receivers", "Receivers of webhooks.", func(s *snapshot) int { return s.events.Webhooks.Receivers }),
		counter("atrium_webhook_deliveries_total", "Deliveries that a receiver took.", func(s *snapshot) uint64 { return s.events.Webhooks.Sent }),
		split("atrium_webhook_failures_total", "Attempts to deliver that failed, by cause (docs/events.md).", "cause", func(s *snapshot) map[string]uint64 {
			return byCause(webhook.Failures(), s.events.Webhooks.Failures)
		}),
		counter("atrium_webhook_retries_total", "Attempts after a failure.", func(s *snapshot) uint64 { return s.events.Webhooks.Retries }),
		split("atrium_webhook_dropped_total", "Events that a receiver does not get, by cause (docs/events.md).", "cause", func(s *snapshot) map[string]uint64 {
			return byCause(webhook.Drops(), s.events.Webhooks.Dropped)
		}),
		gauge("atrium_webhook_waiting", "Events that wait to be delivered.", func(s *snapshot) int { return s.events.Webhooks.Waiting }),
		gauge("atrium_webhook_waiting_bytes", "Octets of those.", func(s *snapshot) int { return s.events.Webhooks.Bytes }),
		single("atrium_webhook_oldest_seconds", "How long the event that waits longest has waited.", prometheus.GaugeValue,
			func(s *snapshot) float64 { return s.events.Webhooks.Oldest.Seconds() }),
	}
}

func byCause(all []webhook.Cause, counts map[webhook.Cause]uint64) map[string]uint64 {
	named := make(map[string]uint64, len(all))
	for _, cause := range all {
		named[string(cause)] = counts[cause]
	}
	return named
}
