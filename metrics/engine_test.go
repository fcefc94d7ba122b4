package metrics

import (
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/sfutest"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/signaling"
)

// idle is an Observer that does not care.
type idle struct{}

func (idle) ICECandidate(sfu.Candidate) {}
func (idle) Failed(string)              {}

// running returns the sources of a media engine on loopback.
func running(tb testing.TB) (*sfu.Engine, Sources) {
	tb.Helper()
	engine := sfutest.Start(tb, sfu.ListenConfig{}, sfu.Config{Shards: 2})
	from := fixed(room.Stats{}, signaling.Stats{}, sfu.Stats{})
	from.Media = engine.Stats
	return engine, from
}

// seriesOf lists the series of our own in a scrape, with their labels.
func seriesOf(text string) []string {
	var list []string
	for line := range strings.Lines(text) {
		if at := strings.LastIndexByte(line, ' '); strings.HasPrefix(line, "atrium_") {
			list = append(list, line[:at])
		}
	}
	slices.Sort(list)
	return list
}

// What can be is there from the start as 0, so that a rate sees its first increase.
func TestSeriesOfAnEngineAreThereFromTheStart(t *testing.T) {
	engine, from := running(t)
	first := scrape(t, from)
	for _, want := range []string{
		`atrium_media_connections_total{role="subscriber"} 0`,
		`atrium_media_packets_received_total{codec="av1",kind="video"} 0`,
		`atrium_media_ice_total{outcome="failed"} 0`,
		`atrium_media_dtls_seconds_bucket{le="0.01"} 0`,
		`atrium_media_selected_pairs_total{family="ipv6",remote="relay",transport="tcp"} 0`,
		`atrium_media_pauses_total{cause="bandwidth"} 0`,
		`atrium_media_rtx_refused_total{cause="budget"} 0`,
		`atrium_media_score_bucket{kind="video",le="4.5"} 0`,
		`atrium_media_shard_busy_seconds_total{shard="1"} `,
		`atrium_media_forward_latency_seconds_bucket{le="0.001"} 0`,
	} {
		if !strings.Contains(first, want) {
			t.Errorf("the first scrape lacks %q", want)
		}
	}
	offer, err := os.ReadFile("../sfu/testdata/sdp/publish-sendonly.sdp")
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		p, err := engine.Publish(t.Context(), sfu.PublishRequest{Offer: string(offer), Observer: idle{}})
		if err != nil {
			t.Fatal(err)
		}
		during := scrape(t, from)
		if !strings.Contains(during, `atrium_media_connections{role="publisher"} 1`) {
			t.Error("the publication is not counted")
		}
		if diff := cmp.Diff(seriesOf(first), seriesOf(during)); diff != "" {
			t.Errorf("series with a publication (-before +now):\n%s", diff)
		}
		p.Close()
		<-p.Done()
	}
	after := scrape(t, from)
	if diff := cmp.Diff(seriesOf(first), seriesOf(after)); diff != "" {
		t.Errorf("series after publications have ended (-before +now):\n%s", diff)
	}
	if !strings.Contains(after, `atrium_media_ice_total{outcome="closed"} 3`) {
		t.Error("connections that were closed are not counted")
	}
}

func BenchmarkScrape(b *testing.B) {
	_, from := running(b)
	handler := Handler(from)
	b.ReportAllocs()
	for b.Loop() {
		handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/metrics", nil))
	}
}
