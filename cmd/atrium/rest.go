package main

import (
	"fmt"
	"net/http"

	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/internal/rest"
	"github.com/atrium-rtc/atrium/metrics"
)

// publishAPI makes /api/v1/ answer.
func (s *server) publishAPI() error {
	build := readBuild()
	handler, err := rest.NewHandler(rest.Options{
		Version:   build.version,
		Revision:  build.revision,
		Started:   s.started,
		Rooms:     s.rooms,
		Presence:  s.signaling.Presence,
		Sessions:  s.signaling.Stats,
		Media:     s.media.engine.Stats,
		Usage:     func() rest.Usage { return rest.Usage(s.sampling.sampler.Usage()) },
		Drain:     drainSwitch{s},
		Admission: s.admission,
		Access:    func() auth.Admin { return *s.admin.Load() },
		Events:    s.events.streams,
		Logger:    s.logger,
	})
	if err != nil {
		return fmt.Errorf("API: %w", err)
	}
	s.api.Store(handler)
	return nil
}

// apiRequests is for the metrics; none before there is an API.
func (s *server) apiRequests() []metrics.APIRequests {
	handler := s.api.Load()
	if handler == nil {
		return nil
	}
	var list []metrics.APIRequests
	for _, one := range handler.Requests() {
		list = append(list, metrics.APIRequests(one))
	}
	return list
}

// serveAPI serves the API for applications.
func (s *server) serveAPI(w http.ResponseWriter, r *http.Request) {
	if handler := s.api.Load(); handler != nil {
		handler.ServeHTTP(w, r)
	} else {
		answer(w, http.StatusServiceUnavailable, "starting\n")
	}
}
