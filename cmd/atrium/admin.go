package main

import (
	"context"
	"fmt"
	"net/http"

	"github.com/atrium-rtc/atrium/internal/admin"
	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/metrics"
)

// sampling is the goroutine that remembers the last ten minutes.
type sampling struct {
	sampler *admin.Sampler
	stop    context.CancelFunc
	done    chan struct{}
}

// startSampling begins to remember. It ends with sampling.end.
func (s *server) startSampling() {
	ctx, cancel := context.WithCancel(context.Background())
	s.sampling = &sampling{
		sampler: admin.NewSampler(admin.Sources{Rooms: s.rooms.Stats, Sessions: s.signaling.Stats, Media: s.media.engine.Stats, Used: s.observe}),
		stop:    cancel,
		done:    make(chan struct{}),
	}
	go func() {
		defer close(s.sampling.done)
		s.sampling.sampler.Run(ctx)
	}()
}

// end waits for the goroutine. Nothing to end is fine.
func (s *sampling) end() {
	if s != nil {
		s.stop()
		<-s.done
	}
}

// usage is for the metrics.
func (s *sampling) usage() metrics.Usage { return metrics.Usage(s.sampler.Usage()) }

// publishAdmin makes /admin/ answer.
func (s *server) publishAdmin() error {
	build := readBuild()
	handler, err := admin.NewHandler(admin.Options{
		Version:  build.version,
		Revision: build.revision,
		Started:  s.started,
		Rooms:    s.rooms,
		Presence: s.signaling.Presence,
		Sampler:  s.sampling.sampler,
		Drain:    drainSwitch{s},
		Revoke:   s.admission.Revoke,
		Access:   func() auth.Admin { return *s.admin.Load() },
		Logger:   s.logger,
	})
	if err != nil {
		return fmt.Errorf("administrators' page: %w", err)
	}
	s.adminPage.Store(&handler)
	return nil
}

// serveAdmin serves the administrators' page and its API.
func (s *server) serveAdmin(w http.ResponseWriter, r *http.Request) {
	if handler := s.adminPage.Load(); handler != nil {
		(*handler).ServeHTTP(w, r)
	} else {
		answer(w, http.StatusServiceUnavailable, "starting\n")
	}
}
