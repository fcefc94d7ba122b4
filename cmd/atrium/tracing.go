package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/atrium-rtc/atrium/internal/config"
	"github.com/atrium-rtc/atrium/internal/tracing"
	"github.com/atrium-rtc/atrium/internal/tracing/otlp"
)

// flushTime bounds how long the last spans may take at the end.
const flushTime = 2 * time.Second

// traces are recorded by the parts and sent by the exporter. Both are nil while
// tracing is off, and all methods do nothing then.
type traces struct {
	tracer   *tracing.Tracer
	exporter *otlp.Exporter
}

func startTracing(cfg config.Tracing, logger *slog.Logger) (traces, error) {
	if cfg.Endpoint == "" {
		return traces{}, nil
	}
	headers, err := cfg.HeaderMap()
	if err != nil {
		return traces{}, fmt.Errorf("tracing.headers: %w", err)
	}
	exporter, err := otlp.New(otlp.Config{
		Endpoint: cfg.Endpoint, Headers: headers, Service: cfg.ServiceName,
		Version: readBuild().version, Logger: logger,
	})
	if err != nil {
		return traces{}, fmt.Errorf("tracing.endpoint: %w", err)
	}
	return traces{tracing.New(exporter, cfg.SampleRatio), exporter}, nil
}

// sample changes the share of traces that are taken.
func (t traces) sample(ratio float64) {
	if t.tracer != nil {
		t.tracer.Sample(ratio)
	}
}

func (t traces) stats() tracing.Stats {
	if t.exporter == nil {
		return tracing.Stats{}
	}
	return t.exporter.Stats()
}

// close sends what waits.
func (t traces) close(ctx context.Context) error {
	if t.exporter == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, flushTime)
	defer cancel()
	if err := t.exporter.Close(ctx); err != nil {
		return fmt.Errorf("tracing: %w", err)
	}
	return nil
}
