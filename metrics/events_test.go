package metrics

import (
	"strings"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/feed"
	"github.com/atrium-rtc/atrium/internal/webhook"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/signaling"
)

func TestScrapeShowsWhatBecameOfEvents(t *testing.T) {
	from := fixed(room.Stats{}, signaling.Stats{}, sfu.Stats{})
	var all webhook.Stats
	all.Add(webhook.Stats{Receivers: 1, Sent: 3, Retries: 2, Waiting: 4, Bytes: 900, Oldest: time.Second, Failures: map[webhook.Cause]uint64{webhook.Broken: 2}})
	all.Add(webhook.Stats{Receivers: 1, Sent: 4, Oldest: 1500 * time.Millisecond, Dropped: map[webhook.Cause]uint64{webhook.Full: 6}})
	from.Events = func() Events {
		return Events{Feed: feed.Stats{Events: 9}, Streams: feed.HandlerStats{Open: 2, Refused: 7, Cut: 5}, Webhooks: all}
	}
	text := scrape(t, from)
	for _, want := range []string{
		"atrium_events_total 9", "atrium_event_streams 2", "atrium_event_streams_refused_total 7", "atrium_event_streams_cut_total 5",
		"atrium_webhook_receivers 2", "atrium_webhook_deliveries_total 7", "atrium_webhook_retries_total 2",
		`atrium_webhook_failures_total{cause="server"} 2`, `atrium_webhook_failures_total{cause="unreachable"} 0`,
		`atrium_webhook_dropped_total{cause="full"} 6`, "atrium_webhook_waiting 4", "atrium_webhook_waiting_bytes 900", "atrium_webhook_oldest_seconds 1.5",
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("the scrape lacks %q", want)
		}
	}
}
