package main

import (
	"errors"
	"log/slog"
	"net"
	"sync/atomic"
	"time"
)

// acceptor is a listener for HTTP whose failures are counted, and logged once a minute. Without descriptors
// (EMFILE) accepting fails until some are free; net/http tries again, after 5 ms and then twice as long each time up to 1 s.
type acceptor struct {
	net.Listener
	failures *atomic.Uint64
	log      *slog.Logger
	logged   time.Time // the last line; net/http accepts on one goroutine
}

// acceptors counts the failures of listeners.
func (s *server) acceptors(listeners []net.Listener) []net.Listener {
	counted := make([]net.Listener, len(listeners))
	for i, listener := range listeners {
		counted[i] = &acceptor{Listener: listener, failures: &s.acceptFailures, log: s.logger}
	}
	return counted
}

// Accept implements net.Listener.
func (a *acceptor) Accept() (net.Conn, error) {
	conn, err := a.Listener.Accept()
	if err != nil && !errors.Is(err, net.ErrClosed) {
		a.failures.Add(1)
		if now := time.Now(); now.Sub(a.logged) > time.Minute {
			a.logged = now
			a.log.Warn("accepting connections failed; it is tried again", "listen", a.Addr().String(), "error", err)
		}
	}
	return conn, err //nolint:wrapcheck // of the listener; net/http looks whether it is temporary
}
