package signaling

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/atrium-rtc/atrium/internal/admission"
	"github.com/atrium-rtc/atrium/internal/site"
	"github.com/atrium-rtc/atrium/internal/tracing"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// Server is the protocol's front: an http.Handler and the sessions behind it.
// Its methods may be called from any goroutine.
type Server struct {
	opts      atomic.Pointer[options]
	manager   *room.Manager
	log       *slog.Logger
	tracer    *tracing.Tracer
	admission *admission.Control
	upgrader  *rpc.Upgrader
	page      *site.Site

	gate     gate
	sessions registry
	counters counters
	draining atomic.Bool
	running  sync.WaitGroup // goroutines of sessions
}

// NewServer returns a Server that hears the Manager's events.
func NewServer(opts Options) *Server {
	opts = opts.withDefaults()
	s := &Server{
		manager:   opts.Manager,
		log:       opts.Logger,
		tracer:    opts.Tracer,
		admission: opts.Admission,
		upgrader:  rpc.NewUpgrader(opts.Socket),
		page:      newPage(opts.Static, opts.Logger),
	}
	s.counters.begin()
	s.adopt(opts)
	opts.Manager.Handle(listener{server: s})
	return s
}

// Handler serves the websocket, the HTTP endpoints and the page.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	for path, serve := range s.endpoints() {
		mux.HandleFunc(path, serve)
	}
	return mux
}

// Close ends all sessions, closes all sockets with 1001 and waits until the
// last is gone, or for ctx.
func (s *Server) Close(ctx context.Context) error {
	s.Drain()
	for _, session := range s.sessions.close() {
		session.end(endShutdown)
	}
	for _, conn := range s.gate.close() {
		conn.Close(endShutdown.code, endShutdown.text)
	}
	gone := make(chan struct{})
	go func() {
		s.gate.inside.Wait() // sockets make sessions, so they come first
		s.running.Wait()
		close(gone)
	}()
	select {
	case <-gone:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("close signaling: %w", context.Cause(ctx))
	}
}

// Notify sends a notification of the application's own, as Kurento's demo does
// with api.CustomNotification, to one participant. params must encode as a JSON
// object. Unknown participants are ignored, and those whose socket is lost get
// it when they come back.
func (s *Server) Notify(to room.ParticipantID, method string, params any) error {
	frame, err := rpc.NotificationFrame(method, params)
	if err != nil {
		return fmt.Errorf("notify %s: %w", method, err)
	}
	if session := s.sessions.get(to); session != nil {
		session.send(frame)
	}
	return nil
}
