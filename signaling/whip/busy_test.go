package whip_test

import (
	"net/http"
	"sync/atomic"
	"testing"
)

func TestABusyServerSaysWhenToComeAgain(t *testing.T) {
	var busy atomic.Bool
	f := start(t, func(s *setup) { s.Busy = busy.Load })
	first, _ := f.begun("/whip/r?user=u1")
	busy.Store(true)
	for _, path := range []string{"/whip/r?user=u2", "/whep/r"} {
		r := f.post(path, offer("-"))
		r.want(t, http.StatusServiceUnavailable)
		if got := r.Header.Get("Retry-After"); got != "15" {
			t.Errorf("%s: Retry-After %q", path, got)
		}
	}
	f.send(http.MethodDelete, first, "").want(t, http.StatusOK) // who is in does what it likes
	busy.Store(false)
	f.begun("/whip/r?user=u2")
}
