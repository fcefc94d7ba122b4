//go:build linux

package faults

import (
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling/api"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// untouched is the longest gap that a viewer may see where nothing may happen, on a machine that tests share. Sound comes every
// 20 ms.
const untouched = time.Second

// visitor is a websocket that was open before the server began to drain, without a room.
func visitor(t *testing.T, s *server) *rpc.Client {
	t.Helper()
	v, err := rpc.Dial(t.Context(), "ws://"+s.public+"/room", rpc.DialOptions{})
	must(t, err)
	t.Cleanup(func() { v.Close(rpc.CloseNormal, ""); <-v.Done() })
	return v
}

// join asks for a room over a visitor's socket and returns the error's code, 0 for none.
func join(t *testing.T, v *rpc.Client, user string) int {
	t.Helper()
	err := v.Call(t.Context(), api.JoinRoom, map[string]any{"user": user, "room": "other"}, nil)
	return codeOf(err)
}

// R12: the server that is told to end lets nobody in and does not touch media until the deadline, and its code is 0.
func TestTermLeavesCallsAloneUntilTheDeadline(t *testing.T) {
	t.Parallel()
	const deadline = 3 * time.Second
	s := serve(t, launch{flags: []string{"--shutdown.drain=" + deadline.String()}})
	c, v := open(t, s, "call"), visitor(t, s)
	c.viewer.mark()
	began := time.Now()
	s.signal(syscall.SIGTERM)
	unready := await(t, time.Second, "unready", func() bool { return s.status(http.MethodGet, "/readyz") == http.StatusServiceUnavailable })
	if code := join(t, v, "eve"); code != int(room.CodeRoomNotCreated) {
		t.Errorf("a join is answered with %d, want %d", code, room.CodeRoomNotCreated)
	}
	refused := time.Since(began)
	if _, err := tryEnter(t.Context(), s, "call", "eve"); err == nil || !strings.Contains(err.Error(), "503") {
		t.Errorf("a new websocket gets %v, want 503", err)
	}
	pass(time.Until(began.Add(deadline - 200*time.Millisecond)))
	c.unharmed(untouched)
	gap := c.viewer.gap()
	code := s.ended(10 * time.Second)
	ended := time.Since(began)
	if code != 0 || ended < deadline {
		t.Errorf("code %d after %v: %s", code, ended, s.logged())
	}
	if limit := 200*time.Millisecond + slack; unready > limit || refused > limit {
		t.Errorf("unready after %v, joins refused after %v, want at most 200 ms", unready, refused)
	}
	t.Logf("R12: unready after %v, joins refused by %v, longest gap until the deadline %v, code %d after %v", unready, refused, gap, code, ended)
}

// R12: who sends two signals does not want to wait.
func TestASecondSignalEndsTheServerAtOnce(t *testing.T) {
	t.Parallel()
	s := serve(t, launch{flags: []string{"--shutdown.drain=1h"}})
	open(t, s, "call")
	s.signal(syscall.SIGTERM)
	await(t, 5*time.Second, "unready", func() bool { return s.status(http.MethodGet, "/readyz") == http.StatusServiceUnavailable })
	began := time.Now()
	s.signal(syscall.SIGTERM)
	code := s.ended(10 * time.Second)
	took := time.Since(began)
	if took > time.Second+slack || code != 1 {
		t.Errorf("ended after %v with code %d, want 1 within a second", took, code)
	}
	t.Logf("R12: ended %v after a second signal, code %d", took, code)
}

// The way back: a drain that an operator began is taken back, and nobody in a call has noticed. One that a signal began is not,
// because whoever sent it, systemd or Kubernetes, will kill the process when its time is over.
func TestADrainIsTakenBackUnlessASignalBeganIt(t *testing.T) {
	t.Parallel()
	s := serve(t, launch{flags: []string{"--shutdown.drain=1h"}})
	c, v := open(t, s, "call"), visitor(t, s)
	c.viewer.mark()
	if status := s.status(http.MethodPut, "/api/v1/drain"); status != http.StatusOK {
		t.Fatalf("drain: status %d", status)
	}
	if ready, code := s.status(http.MethodGet, "/readyz"), join(t, v, "eve"); ready != 503 || code != int(room.CodeRoomNotCreated) {
		t.Errorf("while it drains: ready %d, join %d", ready, code)
	}
	began := time.Now()
	if status := s.status(http.MethodDelete, "/api/v1/drain"); status != http.StatusOK {
		t.Fatalf("take the drain back: status %d", status)
	}
	if ready, code := s.status(http.MethodGet, "/readyz"), join(t, v, "eve"); ready != 200 || code != 0 {
		t.Errorf("after it was taken back: ready %d, join %d", ready, code)
	}
	enter(t, s, "call", "zoe")
	back := time.Since(began)
	c.unharmed(untouched)
	gap := c.viewer.gap()
	s.signal(syscall.SIGTERM)
	await(t, 5*time.Second, "unready", func() bool { return s.status(http.MethodGet, "/readyz") == 503 })
	if status := s.status(http.MethodDelete, "/api/v1/drain"); status != http.StatusConflict {
		t.Errorf("the drain of a signal is taken back: status %d", status)
	}
	t.Logf("way back: joins accepted again after %v, longest gap %v; after a signal: 409", back, gap)
}
