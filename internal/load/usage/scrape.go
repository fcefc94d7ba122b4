package usage

import (
	"bytes"
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
	openFiles      = "process_open_fds"
	goroutines     = "go_goroutines"
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
	families, series, err := s.get(ctx)
	if err != nil {
		return Sample{}, fmt.Errorf("metrics of the server: %w", err)
	}
	cpu, ok := value(families[cpuSeconds])
	if !ok {
		return Sample{}, fmt.Errorf("metrics of the server: %s has no %s", s.url, cpuSeconds)
	}
	memory, _ := value(families[residentMemory])
	files, _ := value(families[openFiles])
	running, _ := value(families[goroutines])
	return Sample{
		At: time.Now(), CPU: time.Duration(cpu * float64(time.Second)), Memory: uint64(max(0, memory)),
		Held: Held{Goroutines: int(running), Files: int(files), Series: series},
	}, nil
}

// get reads the page and counts its series: a line each, but for comments.
func (s *scrape) get(ctx context.Context) (map[string]*dto.MetricFamily, int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, nil)
	if err != nil {
		return nil, 0, err
	}
	res, err := s.client.Do(req)
	if err != nil {
		return nil, 0, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, 0, fmt.Errorf("%s answered %s", s.url, res.Status)
	}
	page, err := io.ReadAll(io.LimitReader(res.Body, maxScrape))
	if err != nil {
		return nil, 0, err
	}
	series := 0
	for line := range bytes.Lines(page) {
		if line[0] != '#' && line[0] != '\n' {
			series++
		}
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(page))
	return families, series, err
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
