package admin

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/internal/httpjson"
	"github.com/atrium-rtc/atrium/internal/site"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling"
)

// Options say what the page shows and acts on. All fields but Logger are required.
type Options struct {
	Version, Revision string // of the binary
	Started           time.Time
	Rooms             *room.Manager
	// Presence says whether a participant could hear the server.
	Presence func(room.ParticipantID) signaling.Presence
	Sampler  *Sampler
	Drain    Drain
	// Revoke takes back tokens, see admission.Control.Revoke.
	Revoke func(r auth.Revocation, now time.Time) (ended int, err error)
	// Access says who is an administrator at present.
	Access func() auth.Admin
	// Logger gets a line for each action; nil discards.
	Logger *slog.Logger
}

// Drain is the switch that turns newcomers away. Its methods may be called from any
// goroutine.
type Drain interface {
	Draining() bool
	// SetDraining turns newcomers away, or lets them in again. It returns an error
	// for a person when the server ends already.
	SetDraining(on bool) error
}

// The page needs its own files and its own server, and makes no markup of text.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

const permissionsPolicy = "camera=(), microphone=(), display-capture=(), geolocation=(), payment=(), usb=()"

// handler serves the page and its API.
type handler struct {
	opts     Options
	log      *slog.Logger
	surveyor *surveyor
	foreign  *http.CrossOriginProtection
}

// NewHandler serves /admin/ and what is below.
func NewHandler(opts Options) (http.Handler, error) {
	page, err := site.New(web(), site.Policy{Content: contentPolicy, Permissions: permissionsPolicy})
	if err != nil {
		return nil, err
	}
	return newHandler(opts, page), nil
}

func newHandler(opts Options, page http.Handler) http.Handler {
	h := &handler{opts: opts, log: opts.Logger, foreign: http.NewCrossOriginProtection()}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	h.surveyor = newSurveyor(opts.Rooms)
	mux := http.NewServeMux()
	for pattern, serve := range h.endpoints() {
		mux.HandleFunc(pattern, serve)
	}
	mux.HandleFunc("/admin/api/", func(w http.ResponseWriter, r *http.Request) {
		h.refuse(w, httpjson.New(http.StatusNotFound, "There is nothing at "+r.Method+" "+r.URL.Path+"."))
	})
	mux.Handle("/admin/", http.StripPrefix("/admin", page))
	return mux
}

// endpoints are those that docs/admin.md lists.
func (h *handler) endpoints() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"GET /admin/api/state":   h.serveState,
		"GET /admin/api/rooms":   h.forAdministrators(h.serveRooms),
		"GET /admin/api/room":    h.forAdministrators(h.serveRoom),
		"POST /admin/api/evict":  h.action("evict", h.evict),
		"POST /admin/api/mute":   h.action("mute", h.mute),
		"POST /admin/api/close":  h.action("close", h.closeRoom),
		"POST /admin/api/drain":  h.action("drain", h.drain),
		"POST /admin/api/revoke": h.action("revoke", h.revoke),
	}
}

// forAdministrators lets nobody else see what names people.
func (h *handler) forAdministrators(serve func(http.ResponseWriter, *http.Request)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h.opts.Access().Check(r); err != nil {
			h.refuse(w, httpjson.New(auth.Refuse(w.Header(), err), httpjson.Sentence(err)))
			return
		}
		serve(w, r)
	}
}
