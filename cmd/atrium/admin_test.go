package main

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"
)

// ask sends a request to the operator's listener; a body makes it a POST.
func (r *running) ask(t *testing.T, path, body string) (status int, answer string) {
	t.Helper()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	method := http.MethodGet
	if body != "" {
		method = http.MethodPost
	}
	request, err := http.NewRequestWithContext(t.Context(), method, "http://"+r.operator.address()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	got, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return got.StatusCode, string(text)
}

func TestOperatorSeesRoomsAndUsage(t *testing.T) {
	defer goleak.VerifyNone(t)
	r := run(t, nil)
	r.join(t, "ann")
	for _, path := range []string{"/admin", "/admin/"} {
		if status, page := r.ask(t, path, ""); status != http.StatusOK || !strings.HasPrefix(page, "<!doctype html>") {
			t.Errorf("%s: %d %.60s", path, status, page)
		}
	}
	if status, text := r.ask(t, "/admin/api/room?room=r", ""); status != http.StatusOK || !strings.Contains(text, `"user":"ann"`) {
		t.Errorf("the room: %d %s", status, text)
	}
	eventually(t, "usage is measured", func() bool {
		_, text := r.ask(t, "/metrics", "")
		return strings.Contains(text, "\natrium_cpu_used_ratio ") && strings.Contains(text, "\natrium_capacity_used_ratio ")
	})
	var told struct {
		Participants int
		History      struct{ Points [][]*float64 }
	}
	if _, text := r.ask(t, "/admin/api/state", ""); json.Unmarshal([]byte(text), &told) != nil || told.Participants != 1 || len(told.History.Points) == 0 {
		t.Errorf("the state: %s", text)
	}
	r.signals <- syscall.SIGTERM
	r.signals <- syscall.SIGTERM
	_ = r.wait(t)
}

func TestOperatorDrainsAndTakesItBackUntilTheServerEnds(t *testing.T) {
	defer goleak.VerifyNone(t)
	r := run(t, nil)
	r.join(t, "ann")
	drain := func(body string, want, ready int) {
		t.Helper()
		if status, text := r.ask(t, "/admin/api/drain", body); status != want {
			t.Errorf("%s: %d %s, want %d", body, status, text, want)
		}
		if got := r.readiness(t); got != ready || r.signaling.Draining() != (ready != http.StatusOK) {
			t.Errorf("after %s: readiness %d, draining %v", body, got, r.signaling.Draining())
		}
	}
	drain(`{"on":true}`, http.StatusOK, http.StatusServiceUnavailable)
	drain(`{"on":true}`, http.StatusOK, http.StatusServiceUnavailable)
	drain(`{"on":false}`, http.StatusOK, http.StatusOK)
	r.signals <- syscall.SIGTERM
	eventually(t, "readiness is off", func() bool { return r.readiness(t) == http.StatusServiceUnavailable })
	drain(`{"on":false}`, http.StatusConflict, http.StatusServiceUnavailable)
	r.signals <- syscall.SIGTERM
	_ = r.wait(t)
}
