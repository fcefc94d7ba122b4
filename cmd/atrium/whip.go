package main

import (
	"context"
	"net/http"

	"github.com/atrium-rtc/atrium/internal/config"
	"github.com/atrium-rtc/atrium/signaling/whip"
)

// startWHIP makes the front end for encoders and players, unless it is turned off.
func (s *server) startWHIP() {
	if !s.cfg.WHIP.Enabled {
		return
	}
	options := whipOptions(s.cfg)
	options.Manager, options.Logger, options.Draining = s.rooms, s.logger, s.signaling.Draining
	options.Tracer, options.Admission = s.traces.tracer, s.admission
	options.ICEServers, options.Busy = s.whipICEServers, s.crowd.Busy
	s.whip = whip.NewServer(options)
}

// whipOptions are those that may change while the server runs.
func whipOptions(cfg config.Config) whip.Options {
	return whip.Options{
		AllowedOrigins:        cfg.HTTP.AllowedOrigins,
		MaxSessions:           cfg.WHIP.MaxSessions,
		MaxSessionsPerAddress: cfg.WHIP.MaxSessionsPerAddress,
		AutoCreate:            cfg.Rooms.AutoCreate,
	}
}

// publicHandler serves what is for everybody.
func (s *server) publicHandler() http.Handler {
	if s.whip == nil {
		return s.signaling.Handler()
	}
	mux := http.NewServeMux()
	mux.Handle("/whip/", s.whip.Handler())
	mux.Handle("/whep/", s.whip.Handler())
	mux.Handle("/", s.signaling.Handler())
	return mux
}

// whipStats are for metrics; all is 0 where WHIP is turned off.
func (s *server) whipStats() whip.Stats {
	if s.whip == nil {
		return whip.Stats{}
	}
	return s.whip.Stats()
}

func (s *server) closeWHIP(ctx context.Context) error {
	if s.whip == nil {
		return nil
	}
	return s.whip.Close(ctx) //nolint:wrapcheck // it says of what
}
