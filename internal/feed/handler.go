package feed

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/atrium-rtc/atrium/internal/httpjson"
)

// Bounds of streams.
const (
	maxStreams     = 64
	heartbeatEvery = 15 * time.Second
	streamQueue    = 1024
	// patience is how long a client may take to read what is written at a time.
	patience = 10 * time.Second
	// retryAfter is what clients are told to wait before they come back.
	retryAfter = 2 * time.Second
)

// HandlerOptions configure a Handler. The zero value is usable.
type HandlerOptions struct {
	// MaxStreams bounds the clients at a time; 0 is 64.
	MaxStreams int
	// Heartbeat is how often a comment is sent when nothing happens, for proxies that end
	// silent connections and to notice clients that are gone; 0 is 15 s.
	Heartbeat time.Duration
	// Queue is how many events may wait for a client; 0 is 1024.
	Queue int
}

// Handler answers GET with a stream of server-sent events (WHATWG HTML, section 9.2): id
// is the event's, event its type, data the whole event as JSON in one line. Who may ask is
// for those to decide who mount it. The parameters of the query are
//
//	room           the name of a room; else those of all
//	types          types of events, or kinds such as participant.*, with commas between; else all
//	last_event_id  like the header Last-Event-ID, for clients that cannot set one
//
// A client that reads too slowly is cut, and told why in a comment. When it comes back with
// Last-Event-ID it gets what it missed.
//
// There is no well-kept library for it: those that are served bring a broker of their own,
// or only the encoding, which is three lines.
type Handler struct {
	feed *Feed
	opts HandlerOptions

	open           atomic.Int64
	refused, slows atomic.Uint64
}

// NewHandler makes a Handler.
func NewHandler(f *Feed, opts HandlerOptions) *Handler {
	if opts.MaxStreams == 0 {
		opts.MaxStreams = maxStreams
	}
	if opts.Heartbeat == 0 {
		opts.Heartbeat = heartbeatEvery
	}
	if opts.Queue == 0 {
		opts.Queue = streamQueue
	}
	return &Handler{feed: f, opts: opts}
}

// HandlerStats counts streams.
type HandlerStats struct {
	Open    int
	Refused uint64 // because there were too many
	Cut     uint64 // because the client read too slowly
}

// Stats may be called from any goroutine.
func (h *Handler) Stats() HandlerStats {
	return HandlerStats{int(h.open.Load()), h.refused.Load(), h.slows.Load()}
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", http.MethodGet)
		problem(w, http.StatusMethodNotAllowed, "events are for GET")
		return
	}
	want, err := wantOf(r)
	if err != nil {
		problem(w, http.StatusBadRequest, err.Error())
		return
	}
	if h.open.Add(1) > int64(h.opts.MaxStreams) {
		h.open.Add(-1)
		h.refused.Add(1)
		w.Header().Set("Retry-After", "30")
		problem(w, http.StatusServiceUnavailable, "there are too many streams of events")
		return
	}
	defer h.open.Add(-1)
	want.Queue = h.opts.Queue
	sub, replay, err := h.feed.Subscribe(want)
	if err != nil {
		problem(w, http.StatusServiceUnavailable, "the server is ending")
		return
	}
	defer sub.Close()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // nginx would keep events back
	out := &streamWriter{w: w, to: http.NewResponseController(w)}
	if out.begin(replay) == nil {
		h.follow(r, sub, out)
	}
}

// follow writes what comes until one of the two ends.
func (h *Handler) follow(r *http.Request, sub *Subscription, out *streamWriter) {
	heartbeat := time.NewTicker(h.opts.Heartbeat)
	defer heartbeat.Stop()
	for {
		var err error
		select {
		case e, more := <-sub.Events():
			if !more {
				_ = out.comment("the server is ending")
				return
			}
			err = out.event(e)
		case <-heartbeat.C:
			err = out.comment("alive")
		case <-r.Context().Done():
			return
		}
		switch {
		case err != nil && r.Context().Err() == nil:
			h.slows.Add(1)
			return
		case err != nil:
			return
		case len(sub.Events()) == 0 && sub.Lost() > 0:
			// All that came before the loss is written; it comes again for the rest.
			h.slows.Add(1)
			_ = out.comment("cut: this client reads too slowly; it can come back with Last-Event-ID")
			return
		}
	}
}

// wantOf reads what a client wants.
func wantOf(r *http.Request) (Want, error) {
	query := r.URL.Query()
	var words []string
	for _, list := range query["types"] {
		for word := range strings.SplitSeq(list, ",") {
			if word = strings.TrimSpace(word); word != "" {
				words = append(words, word)
			}
		}
	}
	filter, err := ParseFilter(query.Get("room"), words)
	after := r.Header.Get("Last-Event-ID")
	if after == "" {
		after = query.Get("last_event_id")
	}
	return Want{Filter: filter, After: after}, err
}

// streamWriter writes the text/event-stream format. Each write may take patience.
type streamWriter struct {
	w  http.ResponseWriter
	to *http.ResponseController
}

func (s *streamWriter) begin(replay []*Event) error {
	s.due()
	if _, err := fmt.Fprintf(s.w, "retry: %d\n\n", retryAfter.Milliseconds()); err != nil {
		return err
	}
	for _, e := range replay {
		if err := s.write(e); err != nil {
			return err
		}
	}
	return s.to.Flush()
}

func (s *streamWriter) event(e *Event) error {
	if err := s.write(e); err != nil {
		return err
	}
	return s.to.Flush()
}

// write needs no escaping: JSON as it is encoded here has no line breaks, nor have ids and
// types.
func (s *streamWriter) write(e *Event) error {
	s.due()
	_, err := fmt.Fprintf(s.w, "id: %s\nevent: %s\ndata: %s\n\n", e.ID, e.Type, e.JSON)
	return err
}

func (s *streamWriter) comment(text string) error {
	s.due()
	if _, err := fmt.Fprintf(s.w, ": %s\n\n", text); err != nil {
		return err
	}
	return s.to.Flush()
}

// due gives the next write its time. Writers that have no deadlines are those of tests.
func (s *streamWriter) due() { _ = s.to.SetWriteDeadline(time.Now().Add(patience)) }

// problem answers with problem details (RFC 9457).
func problem(w http.ResponseWriter, status int, detail string) {
	_ = httpjson.Refuse(w, httpjson.New(status, httpjson.Sentence(errors.New(detail)))) // nobody is left to tell
}
