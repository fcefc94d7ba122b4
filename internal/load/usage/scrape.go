package usage

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// maxScrape bounds what a metrics page may send, in octets.
const maxScrape = 16 << 20

// The names that every Prometheus client library gives a process.
const (
	cpuSeconds     = "process_cpu_seconds_total"
	residentMemory = "process_resident_memory_bytes"
)

// scrape is a Source for a process that serves Prometheus metrics.
type scrape struct {
	url    string
	client *http.Client
}

// Scrape returns the Source of whoever serves Prometheus metrics at url. A
// request takes at most the time that client allows.
func Scrape(url string, client *http.Client) Source { return &scrape{url, client} }

func (s *scrape) Read(ctx context.Context) (Sample, error) {
	families, err := s.get(ctx)
	if err != nil {
		return Sample{}, fmt.Errorf("metrics of the server: %w", err)
	}
	cpu, ok := value(families[cpuSeconds])
	if !ok {
		return Sample{}, fmt.Errorf("metrics of the server: %s has no %s", s.url, cpuSeconds)
	}
	memory, _ := value(families[residentMemory])
	return Sample{At: time.Now(), CPU: time.Duration(cpu * float64(time.Second)), Memory: uint64(max(0, memory))}, nil
}

func (s *scrape) get(ctx context.Context) (map[string]*dto.MetricFamily, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, nil)
	if err != nil {
		return nil, err
	}
	res, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %s", s.url, res.Status)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	return parser.TextToMetricFamilies(io.LimitReader(res.Body, maxScrape))
}

func value(f *dto.MetricFamily) (float64, bool) {
	for _, m := range f.GetMetric() {
		switch {
		case m.GetCounter() != nil:
			return m.GetCounter().GetValue(), true
		case m.GetGauge() != nil:
			return m.GetGauge().GetValue(), true
		case m.GetUntyped() != nil:
			return m.GetUntyped().GetValue(), true
		}
	}
	return 0, false
}

func (s *scrape) String() string { return s.url }
