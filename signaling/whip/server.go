package whip

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/atrium-rtc/atrium/internal/admission"
	"github.com/atrium-rtc/atrium/internal/tracing"
	"github.com/atrium-rtc/atrium/room"
)

// Server serves WHIP and WHEP on the rooms of a Manager. Its methods may be called
// from any goroutine.
type Server struct {
	opts      atomic.Pointer[options]
	manager   *room.Manager
	log       *slog.Logger
	tracer    *tracing.Tracer
	admission *admission.Control
	sessions  registry
	lobby     lobby
	counters  counters
	leaving   sync.WaitGroup // goroutines of sessions that leave
}

// NewServer returns a Server that hears the Manager's events: make it before the
// first join.
func NewServer(opts Options) *Server {
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	if opts.Admission == nil {
		opts.Admission = admission.New(admission.Options{})
	}
	s := &Server{manager: opts.Manager, log: opts.Logger, tracer: opts.Tracer, admission: opts.Admission}
	s.adopt(opts)
	opts.Manager.Handle(listener{server: s})
	return s
}

// kind is which of the two protocols a session speaks.
type kind string

const (
	whip kind = "whip"
	whep kind = "whep"
)

// Handler serves /whip/ and /whep/. Mount it at these paths: the URLs of sessions
// begin with them.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, k := range []kind{whip, whep} {
		mux.Handle("/"+string(k)+"/{room}", s.endpoint(k))
		mux.Handle("/"+string(k)+"/session/{id}", s.resource(k))
	}
	mux.Handle("/whep/session/{id}/layer", s.layers())
	return mux
}

// Close ends all sessions, lets no more in, and waits until all have left their
// rooms, or for ctx.
func (s *Server) Close(ctx context.Context) error {
	for _, session := range s.sessions.close() {
		s.end(session, true, "shutdown")
	}
	for _, id := range s.lobby.close() {
		s.leaving.Go(func() { s.manager.StopWaiting(context.Background(), id) })
	}
	gone := make(chan struct{})
	go func() {
		s.leaving.Wait()
		close(gone)
	}()
	select {
	case <-gone:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("close WHIP: %w", context.Cause(ctx))
	}
}

// end ends a session, once. leave says that its participant may still be in the
// room. It does not wait.
func (s *Server) end(session *session, leave bool, why string) {
	if !s.forget(session, why) {
		return
	}
	if leave {
		s.leaving.Go(func() { s.leave(session) })
	}
}

// forget takes a session out of the registry, and reports false when that was done before.
func (s *Server) forget(session *session, why string) bool {
	if !s.sessions.remove(session) {
		return false
	}
	session.detach()
	session.log.Info("session ended", "why", why)
	return true
}

// leave takes the participant of a session out of its room; not being there is
// fine.
func (s *Server) leave(session *session) {
	var refused *room.Error
	if _, err := s.manager.Leave(context.Background(), session.id); err != nil && !errors.As(err, &refused) {
		session.log.Error("leave at the end of the session", "error", err)
	}
}
