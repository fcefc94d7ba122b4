//go:build linux

package faults

import (
	"syscall"
	"testing"
	"time"
)

// R13: a server that was killed listens again at once on the same ports, and who was in a call comes back under the same name.
// What our own client makes of it with a browser is measured by client/e2e/tests/returning.test.js.
func TestAKilledServerComesBackOnItsPorts(t *testing.T) {
	t.Parallel()
	s := serve(t, launch{})
	c := open(t, s, "call")
	s.signal(syscall.SIGKILL)
	s.ended(5 * time.Second)
	began := time.Now()
	<-c.bob.Done()
	told := time.Since(began)
	if c.bob.Err() == nil {
		t.Error("bob is not told that the session is over")
	}
	began = time.Now()
	again := serve(t, launch{ports: s})
	ready := time.Since(began)
	if !again.listens() || again.public != s.public {
		t.Errorf("nobody listens on %s, but on %s", s.public, again.public)
	}
	open(t, again, "call")
	back := time.Since(began)
	if ready > time.Second+slack || back > 5*time.Second+slack {
		t.Errorf("ready after %v, want 1 s; the picture is back after %v, want 5 s", ready, back)
	}
	t.Logf("R13: sessions told after %v, ready %v after the start, a picture %v after it", told, ready, back)
}
