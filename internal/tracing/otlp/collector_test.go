package otlp_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/atrium-rtc/atrium/internal/tracing"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// collector is the far end of an exporter, without a network: it answers with what is
// due and keeps what came.
type collector struct {
	mu      sync.Mutex
	answers []answer // for the next requests; then 200
	hang    chan struct{}
	asked   []request
}

type answer struct {
	status int
	after  string
	body   string
	err    error
}

type request struct {
	at     time.Time
	url    string
	header http.Header
	body   string
	spans  int
}

// RoundTrip implements http.RoundTripper.
func (c *collector) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if c.hang != nil {
		select {
		case <-c.hang:
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	var sent struct {
		ResourceSpans []struct{ ScopeSpans []struct{ Spans []any } }
	}
	if err := json.Unmarshal(body, &sent); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, request{time.Now(), r.URL.String(), r.Header, string(body), len(sent.ResourceSpans[0].ScopeSpans[0].Spans)})
	a := answer{status: http.StatusOK}
	if len(c.answers) > 0 {
		a, c.answers = c.answers[0], c.answers[1:]
	}
	if a.err != nil {
		return nil, a.err
	}
	header := http.Header{}
	if a.after != "" {
		header.Set("Retry-After", a.after)
	}
	return &http.Response{StatusCode: a.status, Header: header, Body: io.NopCloser(strings.NewReader(a.body))}, nil
}

func (c *collector) requests() []request {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.asked
}

// take gives an exporter n spans.
func take(s tracing.Sink, n int) {
	now := time.Now()
	for range n {
		s.Take(&tracing.Record{Trace: tracing.TraceID{1}, ID: tracing.SpanID{2}, Name: "x", Start: now, End: now})
	}
}
