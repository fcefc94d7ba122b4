package metrics

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/atrium-rtc/atrium/internal/docstest"
	"github.com/atrium-rtc/atrium/internal/load/result"
)

func TestLoadScrapeShowsTheLastSecond(t *testing.T) {
	status := LoadStatus{
		Second: result.Point{Clients: 501, Publishers: 1, Subscriptions: 500, LatencyP99: 12.5, Saturated: true},
		Total:  result.Summary{Packets: 83000, Frozen: 1.5},
	}
	answer := httptest.NewRecorder()
	LoadHandler(func() LoadStatus { return status }).ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	text := answer.Body.String()
	for _, want := range []string{
		"atrium_load_clients 501",
		"atrium_load_saturated 1",
		`atrium_load_latency_seconds{percentile="99"} 0.0125`,
		"# TYPE atrium_load_packets_received_total counter",
		"atrium_load_packets_received_total 83000",
		"atrium_load_frozen_seconds_total 1.5",
		"go_goroutines ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the scrape lacks %q", want)
		}
	}
}

func TestLoadSeriesFollowTheConventions(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(newCollector(ofLoad(), func() *LoadStatus { return &LoadStatus{} }))
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	problems, err := promlint.NewWithMetricFamilies(families).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range problems {
		t.Errorf("%s: %s", problem.Metric, problem.Text)
	}
}

// After changing a series: make docs
func TestDocsHoldTheSeriesOfALoadTest(t *testing.T) {
	docstest.Hold(t, "../docs/load.md", *update, map[string]string{"series": heading + tableOf(ofLoad())})
}
