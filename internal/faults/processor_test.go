//go:build linux

package faults

import (
	"net/http"
	"os"
	"syscall"
	"testing"
	"time"
)

// starve takes processor time from a server until the returned function is called: a quota where this process may set one, else
// it is stopped for the rest of each second. The share is in thousandths of one processor.
func (s *server) starve(permille int) (how string, feed func()) {
	s.t.Helper()
	if g, ok := confine(s.t, s, "cpu"); ok {
		g.processor(permille)
		return "cgroup", g.free
	}
	over, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			_ = s.cmd.Process.Signal(syscall.SIGSTOP)
			pass(time.Duration(1000-permille) * time.Millisecond)
			_ = s.cmd.Process.Signal(syscall.SIGCONT)
			select {
			case <-over:
				return
			case <-time.After(time.Duration(permille) * time.Millisecond):
			}
		}
	}()
	return "SIGSTOP", func() { close(over); <-stopped }
}

// Without processor time media degrades and comes back, and nobody is thrown out.
func TestWithoutProcessorTimeNobodyIsThrownOut(t *testing.T) {
	t.Parallel()
	hunger := 4 * time.Second
	if os.Getenv("ATRIUM_NIGHTLY") == "1" {
		hunger = 30 * time.Second
	}
	s := serve(t, launch{})
	c, other := open(t, s, "call"), open(t, s, "control")
	how, feed := s.starve(5)
	c.viewer.mark()
	pass(hunger)
	s.running()
	starved := c.viewer.gap()
	feed()
	if starved < 300*time.Millisecond {
		t.Errorf("media goes on with gaps of %v: nothing was taken from the server", starved)
	}
	again := c.flows(5*time.Second + slack)
	pass(2 * time.Second) // what waited is through
	c.viewer.mark()
	other.viewer.mark()
	pass(2 * time.Second)
	c.whole()
	other.whole()
	if gap := max(c.viewer.gap(), other.viewer.gap()); gap > untouched {
		t.Errorf("with processor time again nothing comes for %v", gap)
	}
	if status := s.status(http.MethodGet, "/readyz"); status != http.StatusOK {
		t.Errorf("readyz answers %d", status)
	}
	if ended := s.metric("atrium_sessions_ended_total"); ended > 0 {
		t.Errorf("%v sessions ended: %s", ended, s.logged())
	}
	t.Logf("0.5 %% of a processor for %v (%s): longest gap %v, media %v after it, longest gap then %v, nobody thrown out",
		hunger, how, starved, again, c.viewer.gap())
}
