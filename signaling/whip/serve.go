package whip

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// The media types of the two bodies.
const (
	sdpType      = "application/sdp"
	fragmentType = "application/trickle-ice-sdpfrag"
)

// reply is an answer that is not a refusal. Headers are set beside it.
type reply struct {
	status      int
	contentType string
	body        string
}

// action serves one method of a resource.
type action func(w http.ResponseWriter, r *http.Request) (reply, error)

// endpoint serves the URL at which sessions of a kind are made.
func (s *Server) endpoint(k kind) http.Handler {
	return s.methods(map[string]action{
		http.MethodPost:    func(w http.ResponseWriter, r *http.Request) (reply, error) { return s.create(w, r, k) },
		http.MethodGet:     nothing,
		http.MethodHead:    nothing,
		http.MethodOptions: offers("Accept-Post", sdpType),
	})
}

// resource serves the URLs of the sessions of a kind.
func (s *Server) resource(k kind) http.Handler {
	exists := func(w http.ResponseWriter, r *http.Request) (reply, error) {
		if _, err := s.find(r, k); err != nil {
			return reply{}, err
		}
		return nothing(w, r)
	}
	return s.methods(map[string]action{
		http.MethodPatch:   func(w http.ResponseWriter, r *http.Request) (reply, error) { return s.change(w, r, k) },
		http.MethodDelete:  func(w http.ResponseWriter, r *http.Request) (reply, error) { return s.remove(w, r, k) },
		http.MethodGet:     exists,
		http.MethodHead:    exists,
		http.MethodOptions: offers("Accept-Patch", fragmentType),
	})
}

// nothing is what there is to read at these URLs (RFC 9725 section 4.1).
func nothing(http.ResponseWriter, *http.Request) (reply, error) {
	return reply{status: http.StatusNoContent}, nil
}

// offers answers OPTIONS: what media type the resource takes.
func offers(header, contentType string) action {
	return func(w http.ResponseWriter, _ *http.Request) (reply, error) {
		w.Header().Set(header, contentType)
		return reply{status: http.StatusOK}, nil
	}
}

// methods serves the methods of a resource and refuses the others.
func (s *Server) methods(actions map[string]action) http.Handler {
	allowed := strings.Join(slices.Sorted(maps.Keys(actions)), ", ")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		do := actions[r.Method]
		if do == nil {
			h.Set("Allow", allowed)
			do = func(http.ResponseWriter, *http.Request) (reply, error) {
				return reply{}, refuse(http.StatusMethodNotAllowed, "use "+allowed)
			}
		}
		r, span := s.trace(r)
		var out reply
		err := s.admitPage(h, r, allowed)
		if err == nil {
			out, err = do(w, r)
		}
		if err != nil {
			out = s.refusal(h, err).reply()
		}
		s.counters.answered(r.Method, out.status)
		defer conclude(span, out.status)
		if out.contentType != "" {
			h.Set("Content-Type", out.contentType)
		}
		w.WriteHeader(out.status)
		_, _ = io.WriteString(w, out.body) // nobody is left to tell
	})
}

// admitPage lets the pages of allowed origins use the resource (the Fetch
// standard's CORS protocol) and refuses those of others.
func (s *Server) admitPage(h http.Header, r *http.Request, allowed string) error {
	origins := s.opts.Load().origins
	origin := "*"
	if len(origins) > 0 {
		h.Add("Vary", "Origin")
		if !origins.Allow(r) {
			return refuse(http.StatusForbidden, "pages from this origin may not use this server")
		}
		origin = r.Header.Get("Origin")
	}
	if origin == "" {
		return nil
	}
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Expose-Headers", "Accept-Patch, Accept-Post, ETag, Link, Location, Retry-After, WWW-Authenticate")
	if r.Method == http.MethodOptions {
		h.Set("Access-Control-Allow-Methods", allowed)
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, If-Match")
		h.Set("Access-Control-Max-Age", seconds(preflightMaxAge))
	}
	return nil
}

// body reads a body of one media type and at most so many octets, within
// bodyTimeout.
func body(w http.ResponseWriter, r *http.Request, most int64) (string, error) {
	// Not every ResponseWriter has deadlines; then those of the http.Server hold.
	c := http.NewResponseController(w)
	if c.SetReadDeadline(time.Now().Add(bodyTimeout)) == nil {
		defer func() { _ = c.SetReadDeadline(time.Time{}) }()
	}
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return "", refuse(http.StatusRequestEntityTooLarge, "the body is longer than what is read")
	case err != nil:
		return "", refuse(http.StatusBadRequest, "the body could not be read")
	}
	return string(text), nil
}
