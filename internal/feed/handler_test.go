package feed_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/feed"
	"github.com/atrium-rtc/atrium/room"
)

// stream is a client of server-sent events.
type stream struct {
	resp  *http.Response
	lines *bufio.Reader
}

// open asks for events, and is sure that they come from now on.
func open(t *testing.T, url string, header ...string) *stream {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(header) > 0 {
		req.Header.Set("Last-Event-ID", header[0])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%s %v", resp.Status, resp.Header)
	}
	s := &stream{resp, bufio.NewReader(resp.Body)}
	if got := s.next(t); got != "retry: 2000" {
		t.Fatalf("begins with %q", got)
	}
	return s
}

// next returns the lines until an empty one, without data; "" is the end.
func (s *stream) next(t *testing.T) string {
	t.Helper()
	var lines []string
	for {
		line, err := s.lines.ReadString('\n')
		line = strings.TrimSuffix(line, "\n")
		switch {
		case err == io.EOF:
			return ""
		case err != nil:
			t.Fatal(err)
		case line == "":
			return strings.Join(lines, " ")
		case !strings.HasPrefix(line, "data: "):
			lines = append(lines, line)
		}
	}
}

func TestEventsAreStreamed(t *testing.T) {
	f := feed.New(feed.Options{Run: "run"})
	h := feed.NewHandler(f, feed.HandlerOptions{})
	server := httptest.NewServer(h)
	defer server.Close()
	s := open(t, server.URL+"?room=atelier&types=participant.*,room.closed")
	everything(f)
	var got []string
	for range 6 {
		got = append(got, s.next(t))
	}
	if diff := cmp.Diff([]string{
		"id: run-3 event: participant.joined", "id: run-4 event: participant.changed", "id: run-5 event: participant.left",
		"id: run-6 event: participant.evicted", "id: run-7 event: participant.waiting", "id: run-8 event: participant.answered",
	}, got); diff != "" {
		t.Error(diff)
	}
	back := open(t, server.URL, "run-16")
	if got := back.next(t); got != "id: run-17 event: room.closed" {
		t.Errorf("who comes back gets %q", got)
	}
	if open := h.Stats().Open; open != 2 {
		t.Errorf("%d streams", open)
	}
	f.Close()
	s.next(t) // room.closed
	if got := s.next(t); got != ": the server is ending" {
		t.Errorf("at the end: %q", got)
	}
	if got := s.next(t); got != "" {
		t.Errorf("after the end: %q", got)
	}
}

func TestWhatIsNoStreamIsRefused(t *testing.T) {
	f := feed.New(feed.Options{})
	h := feed.NewHandler(f, feed.HandlerOptions{MaxStreams: 1})
	server := httptest.NewServer(h)
	defer server.Close()
	open(t, server.URL)
	ask := func(method, query string) int {
		req := httptest.NewRequest(method, "/"+query, nil)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, req)
		if w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s: %v", method, query, w.Header())
		}
		return w.Code
	}
	for _, c := range []struct {
		method, query string
		want          int
	}{
		{http.MethodPost, "", http.StatusMethodNotAllowed},
		{http.MethodGet, "?types=nothing", http.StatusBadRequest},
		{http.MethodGet, "", http.StatusServiceUnavailable},
	} {
		if got := ask(c.method, c.query); got != c.want {
			t.Errorf("%s %s: %d", c.method, c.query, got)
		}
	}
	if refused := h.Stats().Refused; refused != 1 {
		t.Errorf("%d refused", refused)
	}
	f.Close()
}

// slowReader is a client that reads when it is let.
type slowReader struct {
	*httptest.ResponseRecorder
	read chan struct{}
}

func (s *slowReader) Write(p []byte) (int, error) {
	<-s.read
	return s.ResponseRecorder.Write(p)
}

func TestASlowClientIsCutAndCanComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := feed.New(feed.Options{Run: "run"})
		h := feed.NewHandler(f, feed.HandlerOptions{Queue: 2})
		w := &slowReader{httptest.NewRecorder(), make(chan struct{}, 100)}
		w.read <- struct{}{} // the beginning
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
		}()
		synctest.Wait()
		for range 5 {
			f.OnJoined(room.JoinedEvent{Participant: ann()})
			synctest.Wait()
		}
		for range 20 {
			w.read <- struct{}{}
		}
		<-ended
		text := w.Body.String()
		for i := 1; i <= 5; i++ {
			if got, want := strings.Contains(text, fmt.Sprintf("id: run-%d\n", i)), i <= 3; got != want {
				t.Errorf("event %d was sent: %v", i, got)
			}
		}
		if !strings.HasSuffix(text, ": cut: this client reads too slowly; it can come back with Last-Event-ID\n\n") || h.Stats().Cut != 1 {
			t.Errorf("%+v %q", h.Stats(), text)
		}
		if _, replay := subscribe(t, f, feed.Want{After: "run-3"}); len(replay) != 2 {
			t.Errorf("%d events are left to send", len(replay))
		}
	})
}

func TestSilenceHasAHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := feed.New(feed.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		w, ended := httptest.NewRecorder(), make(chan struct{})
		go func() {
			defer close(ended)
			feed.NewHandler(f, feed.HandlerOptions{}).ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil))
		}()
		time.Sleep(time.Minute + time.Second)
		cancel()
		<-ended
		if got := strings.Count(w.Body.String(), ": alive\n\n"); got != 4 {
			t.Errorf("%d heartbeats in a minute", got)
		}
		if n := f.Stats().Subscribers; n != 0 {
			t.Errorf("%d are left", n)
		}
	})
}
