package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// site is one HTTP server on its listeners.
type site struct {
	http      *http.Server
	secure    bool // kept apart: Serve fills in http.TLSConfig for plain HTTP too
	listeners []net.Listener
}

func newSite(server *http.Server, listeners []net.Listener) *site {
	return &site{http: server, secure: server.TLSConfig != nil, listeners: listeners}
}

// address is that of the first listener; empty for no site.
func (s *site) address() string {
	if s == nil {
		return ""
	}
	return s.listeners[0].Addr().String()
}

// serve starts a goroutine for each listener, which ends with shutdown. What
// ends it otherwise goes to failed.
func (s *site) serve(failed chan<- error) {
	for _, listener := range s.listeners {
		go func() {
			var err error
			if s.secure {
				err = s.http.ServeTLS(listener, "", "")
			} else {
				err = s.http.Serve(listener)
			}
			if !errors.Is(err, http.ErrServerClosed) {
				failed <- fmt.Errorf("serve %s: %w", listener.Addr(), err)
			}
		}()
	}
}

// shutdown closes the listeners and waits for the requests that are being
// answered until ctx ends, which cuts them off. A nil site is closed already.
func (s *site) shutdown(ctx context.Context) error {
	if s == nil {
		return nil
	}
	if err := s.http.Shutdown(ctx); err != nil {
		return errors.Join(err, s.http.Close())
	}
	return nil
}

// publicServer bounds what strangers can hold open. Websockets take over their
// connection and have limits of their own.
func publicServer(handler http.Handler, logger *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		// Failed handshakes and malformed requests are the strangers' fault.
		ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}
}

// operatorServer has no time limit for answers: a profile takes as long as it
// was asked to.
func operatorServer(handler http.Handler, logger *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
}
