package rest

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/atrium-rtc/atrium/internal/admission"
	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/signaling"
)

// Options say what the API shows and acts on. All fields but Events and Logger are
// required.
type Options struct {
	Version, Revision string // of the binary
	Started           time.Time
	Rooms             *room.Manager
	// Presence says whether a participant could hear the server.
	Presence func(room.ParticipantID) signaling.Presence
	// Sessions, Media and Usage are the numbers that the metrics have, too.
	Sessions func() signaling.Stats
	Media    func() sfu.Stats
	Usage    func() Usage
	Drain    Drain
	// Admission makes, checks and revokes tokens.
	Admission *admission.Control
	// Access says who is an administrator at present.
	Access func() auth.Admin
	// Events serves the stream of events; whether the caller may see them is decided
	// before. nil answers 503.
	Events http.Handler
	// Logger gets a line for each request that changes something; nil discards.
	Logger *slog.Logger
}

// Usage is how much of the machine is used, on average of the last ten seconds, as
// admin.Usage has it.
type Usage struct{ CPU, Capacity float64 }

// Drain is the switch that turns newcomers away. Its methods may be called from any
// goroutine.
type Drain interface {
	Draining() bool
	// SetDraining turns newcomers away, or lets them in again. It returns an error
	// for a person when the server ends already.
	SetDraining(on bool) error
}

// handler serves the API.
type handler struct {
	opts     Options
	log      *slog.Logger
	foreign  *http.CrossOriginProtection
	requests *tally
}

// API is the handler of /api/v1/ and what is below. Its methods may be called from any
// goroutine.
type API struct {
	http.Handler
	requests *tally
}

// Requests returns how often each route was answered, with every class of status from the
// start.
func (a *API) Requests() []Requests { return a.requests.snapshot() }

// NewHandler makes the API. The error is one of the embedded document, which tests
// exclude.
func NewHandler(opts Options) (*API, error) {
	doc, err := newDocument()
	if err != nil {
		return nil, err
	}
	return newHandler(opts, doc), nil
}

func newHandler(opts Options, doc *document) *API {
	h := &handler{opts: opts, log: opts.Logger, foreign: http.NewCrossOriginProtection()}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	h.requests = newTally(h.routes())
	mux := http.NewServeMux()
	for path, methods := range h.byPath() {
		mux.Handle(prefix+path, methods)
	}
	mux.Handle(prefix+"/{$}", only(doc.serveGuide))
	mux.Handle(prefix+"/openapi.json", only(doc.serveJSON))
	mux.HandleFunc(prefix+"/", h.serveNothing)
	return &API{mux, h.requests}
}
