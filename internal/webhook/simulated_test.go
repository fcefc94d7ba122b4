package webhook_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/atrium-rtc/atrium/internal/feed"
	"github.com/atrium-rtc/atrium/internal/webhook"
	"github.com/atrium-rtc/atrium/room"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errDown = errors.New("connection refused")

// receiver is the far end, without a network.
type receiver struct {
	answer func(got delivery) answer // nil: takes everything

	mu       sync.Mutex
	attempts []delivery
	taken    []delivery // that were answered with 2xx
	flying   int
	most     int // requests at a time
}

type delivery struct {
	at     time.Time
	header http.Header
	body   []byte
	event  struct {
		ID, Type, Subject string
		RoomSequence      uint64
		Data              struct {
			Count       uint64
			Cause       string
			Participant struct{ User string }
		}
	}
}

type answer struct {
	status int // 0: err
	header http.Header
	body   string
	takes  time.Duration
}

// RoundTrip implements http.RoundTripper.
func (r *receiver) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	d := delivery{at: time.Now(), header: req.Header, body: body}
	if err := json.Unmarshal(body, &d.event); err != nil {
		return nil, err
	}
	a := answer{status: http.StatusNoContent}
	r.mu.Lock()
	r.attempts = append(r.attempts, d)
	if r.answer != nil {
		a = r.answer(d)
	}
	r.flying++
	r.most = max(r.most, r.flying)
	r.mu.Unlock()
	if a.takes > 0 {
		err = wait(req.Context(), a.takes)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.flying--
	switch {
	case err != nil:
		return nil, err
	case a.status == 0:
		return nil, errDown
	case a.status < 300:
		r.taken = append(r.taken, d)
	}
	if a.header == nil {
		a.header = http.Header{}
	}
	return &http.Response{StatusCode: a.status, Header: a.header, Body: io.NopCloser(strings.NewReader(a.body))}, nil
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// seen returns what was taken of a room, as "sequence" or "lost n cause".
func (r *receiver) seen(room string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []string
	for _, d := range r.taken {
		switch {
		case d.event.Subject != room:
		case d.event.Type == string(feed.EventsLost):
			list = append(list, fmt.Sprintf("lost %d %s", d.event.Data.Count, d.event.Data.Cause))
		default:
			list = append(list, fmt.Sprint(d.event.RoomSequence))
		}
	}
	return list
}

// post starts to post the events of a feed to the receiver.
func post(t *testing.T, to *receiver, cfg webhook.Config) (*feed.Feed, *webhook.Receiver) {
	t.Helper()
	f := feed.New(feed.Options{Run: "run"})
	if cfg.URL == "" {
		cfg.URL = "https://app.example.org/events"
	}
	if cfg.Secrets == nil {
		cfg.Secrets = []string{webhook.NewSecret()}
	}
	cfg.Transport = to
	w, err := webhook.Start(f, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return f, w
}

// finish ends a receiver that has time for what waits.
func finish(t *testing.T, w *webhook.Receiver) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	if err := w.Close(ctx); err != nil {
		t.Error(err)
	}
}

// join makes an event in a room.
func join(f *feed.Feed, rooms ...string) {
	for _, name := range rooms {
		f.OnJoined(room.JoinedEvent{Participant: room.ParticipantInfo{User: "ann", Room: name}})
	}
}

// tried returns the number of attempts so far, peak that of requests at a time.
func (r *receiver) tried() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.attempts)
}

func (r *receiver) peak() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.most
}
