package otlp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/atrium-rtc/atrium/internal/tracing"
)

const (
	// maxWaiting bounds the spans that wait to be sent, maxBatch those of one request;
	// both are what OpenTelemetry's SDKs have by default.
	maxWaiting = 2048
	maxBatch   = 512
	// patience is how long a span waits for others to go with.
	patience = 5 * time.Second
	// tracesPath is where collectors take spans, unless the endpoint says otherwise.
	tracesPath = "/v1/traces"
)

// Config configures an Exporter.
type Config struct {
	// Endpoint is the URL of a collector: with a path it is used as it is, without one
	// /v1/traces is added.
	Endpoint string
	// Headers go with each request: authorization, tenant.
	Headers map[string]string
	// Service and Version say who the spans are from.
	Service, Version string
	// Logger is told when the collector cannot be reached, and when it can again; nil
	// discards.
	Logger *slog.Logger
	// Transport makes the requests; nil is one of its own that uses the environment's
	// proxy.
	Transport http.RoundTripper
}

// Exporter is a tracing.Sink that sends what it takes. Its methods may be called from
// any goroutine.
type Exporter struct {
	client   http.Client
	endpoint string
	headers  map[string]string
	resource []attribute
	version  string
	log      *slog.Logger

	queue   chan *tracing.Record
	closing chan struct{} // closed by Close
	once    sync.Once
	ended   chan struct{} // closed when the goroutine has ended

	sending context.Context // of the requests; ends with the patience of Close
	giveUp  context.CancelFunc

	exported, dropped, failed atomic.Uint64

	away bool // of the goroutine: the collector could not be reached
}

// New starts an Exporter. The error is a Config that cannot be used.
func New(cfg Config) (*Exporter, error) {
	endpoint, name, err := endpointOf(cfg.Endpoint)
	if err != nil {
		return nil, err
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	cfg.Logger = cfg.Logger.With("collector", name)
	if cfg.Transport == nil {
		cfg.Transport = &http.Transport{
			Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, MaxIdleConns: 1, IdleConnTimeout: time.Minute,
			TLSHandshakeTimeout: requestTimeout,
		}
	}
	e := &Exporter{
		client: http.Client{
			Transport: cfg.Transport, Timeout: requestTimeout,
			// The headers are for this endpoint only.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		endpoint: endpoint, headers: cfg.Headers, version: cfg.Version, log: cfg.Logger,
		resource: []attribute{text("service.name", cfg.Service), text("service.version", cfg.Version)},
		queue:    make(chan *tracing.Record, maxWaiting),
		closing:  make(chan struct{}),
		ended:    make(chan struct{}),
	}
	if host, err := os.Hostname(); err == nil {
		e.resource = append(e.resource, text("host.name", host))
	}
	e.sending, e.giveUp = context.WithCancel(context.Background())
	go e.run()
	return e, nil
}

// endpointOf returns where to send spans, and the same without a password, for logs.
func endpointOf(endpoint string) (use, name string, err error) {
	u, err := url.Parse(endpoint)
	if err != nil {
		return "", "", fmt.Errorf("endpoint of traces: %w", err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "", "", errors.New("endpoint of traces: a URL begins with http:// or https:// and a host")
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = tracesPath
	}
	return u.String(), u.Redacted(), nil
}

// Take implements tracing.Sink.
func (e *Exporter) Take(r *tracing.Record) {
	select {
	case <-e.closing:
		e.dropped.Add(1)
		return
	default:
	}
	select {
	case e.queue <- r:
	default:
		e.dropped.Add(1)
	}
}

// Stats counts the spans taken so far.
func (e *Exporter) Stats() tracing.Stats {
	return tracing.Stats{Exported: e.exported.Load(), Dropped: e.dropped.Load(), Failed: e.failed.Load()}
}

// Close sends what waits and ends. When ctx is over first, the rest is given up and
// counted as failed, and the error is the cause of ctx.
func (e *Exporter) Close(ctx context.Context) error {
	e.once.Do(func() { close(e.closing) })
	defer e.client.CloseIdleConnections()
	select {
	case <-e.ended:
		return nil
	case <-ctx.Done():
		e.giveUp()
		<-e.ended
		return fmt.Errorf("send the last spans: %w", context.Cause(ctx))
	}
}

// run is the exporter's goroutine.
func (e *Exporter) run() {
	defer close(e.ended)
	defer e.giveUp()
	for {
		batch, more := e.gather()
		if len(batch) > 0 {
			e.export(batch)
		}
		if !more {
			return
		}
	}
}

// gather waits until there are many spans, or for patience after the first. more is false
// when the exporter is closing and nothing waits any more.
func (e *Exporter) gather() (batch []*tracing.Record, more bool) {
	var late <-chan time.Time
	for len(batch) < maxBatch {
		select {
		case r := <-e.queue:
			if batch = append(batch, r); late == nil {
				late = time.After(patience)
			}
		case <-late:
			return batch, true
		case <-e.closing:
			return e.rest(batch)
		}
	}
	return batch, true
}

// rest adds what still waits to the batch.
func (e *Exporter) rest(batch []*tracing.Record) (_ []*tracing.Record, more bool) {
	for len(batch) < maxBatch {
		select {
		case r := <-e.queue:
			batch = append(batch, r)
		default:
			return batch, false
		}
	}
	return batch, true
}
