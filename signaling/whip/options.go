package whip

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/atrium-rtc/atrium/internal/admission"
	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/internal/tracing"
	"github.com/atrium-rtc/atrium/room"
)

// Options configure a Server. Only Manager is required.
type Options struct {
	Manager *room.Manager
	// Logger gets lines with room and user; nil discards.
	Logger *slog.Logger
	// Tracer begins a trace for each request that makes a session; nil begins none.
	Tracer *tracing.Tracer
	// Admission asks who makes a session for a token; nil lets everybody in as a
	// participant. Later requests of the session need the same token, or another that
	// is as good. Applications that embed the package use Authorize.
	Admission *admission.Control
	// Authorize is asked before anything is looked up, for every request but
	// OPTIONS. ErrUnauthenticated becomes 401, any other error 403; neither shows
	// more than that. nil allows all. It is called on the requests' goroutines.
	Authorize func(r *http.Request, ask Ask) error
	// ICEServers are handed to clients when a session begins, in Link headers (RFC
	// 9725 section 4.6); nil hands out none.
	ICEServers func(user string) []ICEServer
	// AllowedOrigins are the origins whose pages may use the endpoints; empty allows
	// every page. Clients that are no browsers send no Origin and are not concerned.
	AllowedOrigins []string
	// MaxSessions bounds the sessions, MaxSessionsPerAddress those of one IPv4
	// address or one IPv6 /64 network; 0 is no limit.
	MaxSessions, MaxSessionsPerAddress int
	// AutoCreate lets WHIP make rooms. WHEP never does.
	AutoCreate bool
	// Draining reports whether newcomers are refused; nil is never.
	Draining func() bool
	// Busy reports whether newcomers are refused for a while; nil is never.
	Busy func() bool
}

// Action is what a request wants.
type Action string

// The actions. Change is a PATCH or a DELETE of a session.
const (
	Publish Action = "publish"
	Play    Action = "play"
	Change  Action = "change"
)

// Ask is what Authorize is asked. User is who publishes or plays; Publisher is who
// is to be played, empty for the current speaker.
type Ask struct {
	Action                Action
	Room, User, Publisher string
}

// ICEServer is a STUN or TURN server: "stun:stun.example.net",
// "turn:turn.example.net?transport=udp". Username and Credential are for TURN.
type ICEServer struct{ URL, Username, Credential string }

// What a client can make the server hold or wait for. docs/whip.md has the same
// numbers.
const (
	maxOffer        = 64 << 10 // octets, sfu reads no more either
	maxFragment     = 16 << 10 // octets
	maxLines        = 512      // of a fragment
	bodyTimeout     = 10 * time.Second
	requestTimeout  = 30 * time.Second
	retryPlayer     = 2 * time.Second // until a publisher is looked for again
	retryLater      = 5 * time.Second // while there is no room
	preflightMaxAge = 10 * time.Minute
)

// options are Options in use. They are never changed, but replaced as a whole.
type options struct {
	Options
	origins auth.Origins
}

// Reconfigure replaces AllowedOrigins, MaxSessions, MaxSessionsPerAddress and
// AutoCreate while the server runs; the other fields of opts are ignored. Sessions
// that have begun go on. It may be called from any goroutine, but not by two at a
// time.
func (s *Server) Reconfigure(opts Options) {
	next := s.opts.Load().Options
	next.AllowedOrigins, next.AutoCreate = opts.AllowedOrigins, opts.AutoCreate
	next.MaxSessions, next.MaxSessionsPerAddress = opts.MaxSessions, opts.MaxSessionsPerAddress
	s.adopt(next)
}

func (s *Server) adopt(opts Options) {
	s.sessions.limit(opts.MaxSessions, opts.MaxSessionsPerAddress)
	s.opts.Store(&options{opts, auth.NewOrigins(opts.AllowedOrigins)})
}
