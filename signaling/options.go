package signaling

import (
	"context"
	"encoding/json"
	"io/fs"
	"log/slog"
	"time"

	"github.com/atrium-rtc/atrium/internal/admission"
	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/internal/tracing"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling/api"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// Options configure a Server. Only Manager is required.
type Options struct {
	Manager *room.Manager
	// Logger gets lines with session, room and user; nil discards.
	Logger *slog.Logger
	// Tracer begins a trace for each joinRoom, publishVideo and receiveVideoFrom, in
	// that of the websocket's handshake if it names one; nil begins none.
	Tracer *tracing.Tracer

	// Admission asks those who join for a token; nil lets everybody in as a
	// participant. Applications that embed the package decide in room.Policy, whose
	// context has the values of the websocket's HTTP request.
	Admission *admission.Control

	// Busy reports whether newcomers are refused, because all that the server can do is
	// needed for those who are in rooms: code 503, for joinRoom alone, and not for who takes
	// the place of a participant of that name. Any goroutine calls it; nil is never.
	Busy func() bool

	// AllowedOrigins are the origins ("https://meet.example.org", with a port if
	// it is not the scheme's own) whose pages may connect. Empty allows every
	// page, as Kurento does. Clients that are no browsers send no Origin and are
	// not concerned.
	AllowedOrigins []string
	// ReconnectGrace is how long a session outlives its socket; 0 means 10 s.
	ReconnectGrace time.Duration
	// MaxSessions bounds the open sockets, MaxSessionsPerAddress those of one
	// IPv4 address or one IPv6 /64 network; 0 is no limit. Behind a reverse proxy
	// all sockets have the proxy's address.
	MaxSessions           int
	MaxSessionsPerAddress int
	// Socket sets the limits of each websocket; zero fields mean rpc's defaults.
	// ReadLimit is ignored: it depends on whether the session has joined.
	Socket rpc.Config

	// SpeakerInterval and SpeakerThreshold (dB) are what clients are told for
	// their speaker detection; 0 means 1800 ms and -50 dB.
	SpeakerInterval  time.Duration
	SpeakerThreshold int
	// Client is what /getClientConfig says.
	Client api.ClientConfig

	// ICEServers are handed to a user who joins, if the client understands the
	// extensions: a member of joinRoom's result. It is called on the session's
	// goroutine; nil hands out none.
	ICEServers func(user string) []api.ICEServer

	// AdminToken is the bearer token for /close. Without one only callers on this
	// machine may use it.
	AdminToken string
	// AutoCreate lets joinRoom make rooms.
	AutoCreate bool
	// Static holds the page served at /; nil serves none. It is read once.
	Static fs.FS
	// CustomRequest answers customRequest for the application; nil leaves it to the
	// rooms' Policy. A *room.Error goes to the client with its code, any other error
	// as code -1 with its text. It runs on the session's goroutine: while it works,
	// later requests of the same session wait.
	CustomRequest func(ctx context.Context, from room.ParticipantInfo, params json.RawMessage) (any, error)
}

func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.ReconnectGrace == 0 {
		o.ReconnectGrace = 10 * time.Second
	}
	if o.SpeakerInterval == 0 {
		o.SpeakerInterval = 1800 * time.Millisecond
	}
	if o.SpeakerThreshold == 0 {
		o.SpeakerThreshold = -50
	}
	if o.Admission == nil {
		o.Admission = admission.New(admission.Options{})
	}
	o.Socket.ReadLimit = firstReadLimit
	return o
}

// options are Options in use. They are never changed, but replaced as a whole.
type options struct {
	Options
	origins auth.Origins
}

// Reconfigure replaces AllowedOrigins, ReconnectGrace, MaxSessions,
// MaxSessionsPerAddress, SpeakerInterval, SpeakerThreshold, Client, AdminToken and
// AutoCreate while the server runs; the other fields of opts are ignored. What has
// begun goes on: an open socket stays, whatever the new origins and limits say. It
// may be called from any goroutine, but not by two at a time.
func (s *Server) Reconfigure(opts Options) {
	next := s.opts.Load().Options
	next.AllowedOrigins, next.ReconnectGrace = opts.AllowedOrigins, opts.ReconnectGrace
	next.MaxSessions, next.MaxSessionsPerAddress = opts.MaxSessions, opts.MaxSessionsPerAddress
	next.SpeakerInterval, next.SpeakerThreshold = opts.SpeakerInterval, opts.SpeakerThreshold
	next.Client, next.AdminToken, next.AutoCreate = opts.Client, opts.AdminToken, opts.AutoCreate
	s.adopt(next.withDefaults())
}

// adopt makes opts those in use.
func (s *Server) adopt(opts Options) {
	s.gate.limit(opts.MaxSessions, opts.MaxSessionsPerAddress)
	s.opts.Store(&options{opts, auth.NewOrigins(opts.AllowedOrigins)})
}
