package main

import (
	"io"
	"net/http"

	"github.com/atrium-rtc/atrium/metrics"
)

// operatorHandler serves health, metrics and profiles.
//
//	/healthz       200 while shards and rooms answer, see alive; 503 when they do not
//	/readyz        200 when clients may come; 503 while starting or draining
//	/metrics       Prometheus; 503 while starting
//	/reload        POST: reads the configuration again, for administrators
//	/admin/        the administrators' page and its API
//	/api/v1/       the API for applications
//	/debug/pprof/  profiles of the Go runtime
//	/debug/flight  what it did in the last seconds
func (s *server) operatorHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", s.serveHealth)
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if s.ready.Load() {
			answer(w, http.StatusOK, "ready\n")
		} else {
			answer(w, http.StatusServiceUnavailable, "starting or draining\n")
		}
	})
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		if handler := s.metrics.Load(); handler != nil {
			(*handler).ServeHTTP(w, r)
		} else {
			answer(w, http.StatusServiceUnavailable, "starting\n")
		}
	})
	mux.HandleFunc("POST /reload", s.serveReload)
	mux.HandleFunc("/admin/", s.serveAdmin)
	mux.HandleFunc("/api/v1/", s.serveAPI)
	mux.HandleFunc("GET /debug/flight", s.serveFlight)
	handleProfiles(mux)
	return mux
}

// publishMetrics makes /metrics answer, once there is something to read.
func (s *server) publishMetrics() {
	build := readBuild()
	handler := metrics.Handler(metrics.Sources{
		Version:      build.version,
		Revision:     build.revision,
		Rooms:        s.rooms.Stats,
		Sessions:     s.signaling.Stats,
		WHIP:         s.whipStats,
		Relay:        s.relayStats,
		Media:        s.media.engine.Stats,
		Reloads:      func() metrics.Reloads { return *s.reloading.stats.Load() },
		Usage:        s.sampling.usage,
		Busy:         s.crowd.Busy,
		Flight:       s.flightStats,
		Traces:       s.traces.stats,
		Admission:    s.admission.Stats,
		Events:       s.events.stats,
		API:          s.apiRequests,
		AcceptErrors: s.acceptFailures.Load,
	})
	s.metrics.Store(&handler)
}

func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text) // nobody is left to tell
}
