package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/atrium-rtc/atrium/internal/systemd"
)

// supervise tells systemd that the server is ready and, from then on, that it is
// alive, until ctx ends. Without systemd it does nothing.
func (s *server) supervise(ctx context.Context) {
	s.tell(systemd.Ready(s.status()))
	watchdog := systemd.Watchdog{
		Check:  s.alive,
		Failed: func(err error) { s.logger.Error("the server is not told alive", "error", err) },
	}
	go watchdog.Run(ctx)
}

// healthTimeout is how long shards and rooms may take for /healthz; give
// those who ask a little more.
const healthTimeout = 2 * time.Second

// serveHealth is GET /healthz: the watchdog for those who have no systemd. While
// the server starts it is alive.
func (s *server) serveHealth(w http.ResponseWriter, r *http.Request) {
	if s.metrics.Load() != nil { // all parts are there
		ctx, cancel := context.WithTimeout(r.Context(), healthTimeout)
		defer cancel()
		if _, err := s.alive(ctx); err != nil {
			answer(w, http.StatusServiceUnavailable, err.Error()+"\n")
			return
		}
	}
	answer(w, http.StatusOK, "alive\n")
}

// tell logs that systemd could not be told. The server goes on: only systemd may
// know how bad that is.
func (s *server) tell(err error) {
	if err != nil {
		s.logger.Warn("systemd is not told", "error", err)
	}
}

// status is what "systemctl status" shows.
func (s *server) status() string {
	now := s.rooms.Stats()
	text := fmt.Sprintf("%s, %s", count(now.Rooms, "room"), count(now.Participants, "participant"))
	if !s.ready.Load() {
		return "draining: " + text
	}
	return text
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// alive asks what everybody's call depends on: each forwarding shard, the lists of
// rooms and sessions, and the rooms. A restart ends all calls, so one room that
// hangs is only logged; when half of them do, what hangs is shared.
func (s *server) alive(ctx context.Context) (string, error) {
	if err := s.media.engine.Answer(ctx); err != nil {
		return "", err
	}
	silent, rooms := s.rooms.Silent(ctx)
	if 2*len(silent) > rooms {
		return "", fmt.Errorf("%d of %d rooms do not answer", len(silent), rooms)
	}
	_ = s.signaling.Stats() // takes the locks of its lists
	status := s.status()
	if len(silent) > 0 {
		s.logger.Error("rooms do not answer", "rooms", strings.Join(silent[:min(len(silent), 5)], ", "), "count", len(silent))
		status += fmt.Sprintf(", %d not answering", len(silent))
	}
	return status, nil
}
