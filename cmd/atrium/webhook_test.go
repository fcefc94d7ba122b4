package main

import (
	"bufio"
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"github.com/atrium-rtc/atrium/internal/webhook"
)

// lockedBuffer is what a receiver printed.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func TestEventsArePostedAndStreamed(t *testing.T) {
	defer goleak.VerifyNone(t)
	secret, printed := webhook.NewSecret(), &lockedBuffer{}
	bench, err := newWebhookBench([]string{secret}, http.StatusNoContent, printed)
	if err != nil {
		t.Fatal(err)
	}
	receiver := httptest.NewServer(bench)
	defer receiver.Close()
	r := run(t, map[string]string{
		"webhooks.urls": receiver.URL, "webhooks.secret": webhook.NewSecret() + " " + secret, "webhooks.allow_private": "true",
	})
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	stream, err := (&http.Client{Transport: transport}).Get("http://" + r.operator.address() + "/api/v1/events?types=participant.joined")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stream.Body.Close() }()
	lines := bufio.NewScanner(stream.Body)

	r.join(t, "ann")
	for lines.Scan() && lines.Text() != "event: participant.joined" {
		continue
	}
	if err := lines.Err(); err != nil {
		t.Error(err)
	}
	if _, err := r.rooms.Leave(t.Context(), "ann"); err != nil {
		t.Fatal(err)
	}
	r.join(t, "bob")
	r.signals <- syscall.SIGTERM
	eventually(t, "the receiver has seen bob", func() bool { return strings.Contains(printed.String(), `"bob"`) })
	if _, err := r.rooms.Leave(t.Context(), "bob"); err != nil {
		t.Fatal(err)
	}
	if err := r.wait(t); err != nil {
		t.Errorf("serveUntil: %v", err)
	}
	for lines.Scan() { // the stream ends with the server
		continue
	}
	var types []string
	for line := range strings.Lines(printed.String()) {
		types = append(types, strings.Fields(line)[1])
	}
	want := "room.created participant.joined participant.left room.closed room.created participant.joined participant.left room.closed"
	if got := strings.Join(types, " "); got != want {
		t.Errorf("posted in this order:\n%s\n%s", got, printed)
	}
}

func TestEventsAreForAdministrators(t *testing.T) {
	defer goleak.VerifyNone(t)
	r := run(t, map[string]string{"admin.token": "hush"})
	w := httptest.NewRecorder()
	r.operatorHandler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/events", nil))
	if w.Code != http.StatusUnauthorized {
		t.Errorf("without the token: %d", w.Code)
	}
	r.signals <- syscall.SIGTERM
	if err := r.wait(t); err != nil {
		t.Error(err)
	}
}

func TestTheReceiverOnTheBenchRefusesOtherSignatures(t *testing.T) {
	printed := &lockedBuffer{}
	bench, err := newWebhookBench([]string{webhook.NewSecret()}, http.StatusNoContent, printed)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	req := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("{}"))
	bench.ServeHTTP(w, req)
	if w.Code != http.StatusUnauthorized || !strings.HasPrefix(printed.String(), "refused: ") {
		t.Errorf("%d, %q", w.Code, printed)
	}
	if _, err := newWebhookBench(nil, http.StatusNoContent, printed); err == nil {
		t.Error("no secret is needed")
	}
}
