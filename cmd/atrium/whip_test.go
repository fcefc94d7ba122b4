package main

import (
	"net/http"
	"syscall"
	"testing"

	"go.uber.org/goleak"
)

// askPublic sends a request to the public listener and returns the status and Allow.
func (r *running) askPublic(t *testing.T, method, path string) (status int, allow string) {
	t.Helper()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://"+r.public.address()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	return answer.StatusCode, answer.Header.Get("Allow")
}

func TestWHIPIsServedBesideThePage(t *testing.T) {
	defer goleak.VerifyNone(t)
	r := run(t, nil)
	for _, path := range []string{"/whip/r", "/whep/r"} {
		if status, _ := r.askPublic(t, http.MethodGet, path); status != http.StatusNoContent {
			t.Errorf("GET %s: %d", path, status)
		}
		if status, allow := r.askPublic(t, http.MethodPut, path); status != http.StatusMethodNotAllowed || allow != "GET, HEAD, OPTIONS, POST" {
			t.Errorf("PUT %s: %d, Allow %q", path, status, allow)
		}
	}
	if status, _ := r.askPublic(t, http.MethodGet, "/"); status != http.StatusOK {
		t.Errorf("GET /: %d", status)
	}
	if got := r.whipStats().Requests; len(got) == 0 {
		t.Error("metrics see nothing of it")
	}
	r.signals <- syscall.SIGTERM
	if err := r.wait(t); err != nil {
		t.Errorf("serveUntil: %v", err)
	}
}

func TestWHIPCanBeTurnedOff(t *testing.T) {
	defer goleak.VerifyNone(t)
	r := run(t, map[string]string{"whip.enabled": "false"})
	if status, _ := r.askPublic(t, http.MethodGet, "/whip/r"); status == http.StatusNoContent {
		t.Errorf("OPTIONS /whip/r: %d", status)
	}
	r.signals <- syscall.SIGTERM
	if err := r.wait(t); err != nil {
		t.Errorf("serveUntil: %v", err)
	}
}
