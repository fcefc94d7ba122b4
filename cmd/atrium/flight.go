package main

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/atrium-rtc/atrium/internal/config"
	"github.com/atrium-rtc/atrium/internal/flight"
	"github.com/atrium-rtc/atrium/metrics"
)

// late is how many packets took longer to be forwarded, and how many there were.
func (s *server) late(longer time.Duration) (late, all uint64) {
	latency := s.media.engine.Stats().Egress.ForwardLatency
	return latency.Above(longer.Seconds()), latency.Count
}

// flightSettings are those of the configuration, with a directory that is there.
func flightSettings(cfg config.Operator) (flight.Settings, error) {
	settings := flight.Settings{Directory: cfg.FlightDirectory, Latency: cfg.FlightLatency, Keep: cfg.FlightKeep}
	if settings.Directory == "" {
		return settings, nil
	}
	if err := flight.Prepare(settings.Directory); err != nil {
		return flight.Settings{}, fmt.Errorf("operator.flight_directory: %w", err)
	}
	return settings, nil
}

// flightStats are the recorder's numbers for the metrics.
func (s *server) flightStats() metrics.Flight {
	now := s.flight.Stats()
	return metrics.Flight{On: now.On, Written: now.Written, Failed: now.Failed, Held: now.Held}
}

// serveFlight is GET /debug/flight of the operator's listener: the last seconds, as
// a file for "go tool trace".
func (s *server) serveFlight(w http.ResponseWriter, r *http.Request) {
	recording, err := s.flight.Take(r.Context())
	switch {
	case errors.Is(err, flight.ErrOff):
		answer(w, http.StatusNotFound, err.Error()+"; /debug/pprof/trace?seconds=5 records what comes\n")
	case err != nil:
		answer(w, http.StatusInternalServerError, err.Error()+"\n")
	default:
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Disposition", `attachment; filename="atrium-flight.trace"`)
		_, _ = w.Write(recording) // nobody is left to tell
	}
}
