package room

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/atrium-rtc/atrium/internal/histogram"
)

// ParticipantID identifies one participant in all rooms; with the signaling
// package it is the session id, which is a secret between server and client.
// It is never logged.
type ParticipantID string

// ParticipantInfo is a snapshot of one participant.
type ParticipantInfo struct {
	ID   ParticipantID
	User string
	Room string
	// Publishing says that there is a live stream, and Streams which, by the time at
	// which they were asked for. The slice is shared and must not be changed.
	Publishing bool
	Streams    []StreamInfo
	// Identity is who this is for good, and not for other participants; empty is not known.
	Identity string
	// Role is a name for others to see. Permissions are what the participant may do.
	Role        string
	Permissions Permissions
	// Metadata is a JSON object of the application's, or nil. It must not be changed.
	Metadata json.RawMessage
	// HandRaised is since when the participant wants to speak; zero: it does not.
	HandRaised time.Time
	// Unreachable says that nothing has come from the participant's client for some seconds, on its
	// signaling or where it publishes, see Manager.Reach: it comes back, or will have left soon.
	Unreachable bool
	// Hidden participants are not shown to others.
	Hidden bool
	// Paired participants have one connection for all that they publish and one for all that
	// they receive, see JoinRequest.Paired.
	Paired bool
}

// Options configure a Manager. The zero value is usable.
type Options struct {
	// Logger gets lines with room and user; nil discards.
	Logger *slog.Logger
	// MaxRooms bounds the number of rooms; 0 is no limit. Beyond it a join that
	// would create a room fails with CodeRoomNotCreated.
	MaxRooms int
	// MaxParticipants bounds the participants of one room; 0 is no limit. Beyond
	// it a join fails with CodeRoomGeneric.
	MaxParticipants int
	// MaxSubscriptions bounds the live subscriptions of one participant; 0 is no
	// limit. Beyond it a subscription fails with CodeMediaEndpoint.
	MaxSubscriptions int
	// MaxStreams bounds what one participant publishes at a time: its camera, its
	// screen; 0 means 4. Beyond it a publication fails with CodeMediaGeneric.
	MaxStreams int
	// MaxMessageBytes bounds the text of a chat message, which is multiplied by
	// the size of the room; 0 means 64 KiB.
	MaxMessageBytes int
	// MaxDataBytes bounds the payload of data, which is multiplied likewise; 0 means
	// 16 KiB.
	MaxDataBytes int
	// MaxNameBytes bounds user and room names; 0 means 256.
	MaxNameBytes int
	// MaxEarlyEndpoints and MaxEarlyCandidates bound how many connections one
	// participant may trickle candidates for before they exist, and how many
	// candidates for each; 0 means 32. A candidate kept early may have
	// 1024 bytes. What is beyond is dropped silently.
	MaxEarlyEndpoints, MaxEarlyCandidates int
	// Settings are those of rooms that joins create, unless Policy changes them.
	Settings Settings
	// Policy is the application's; the zero value allows all.
	Policy Policy
}

// withDefaults fills in the sizes that must have a limit.
func (o Options) withDefaults() Options {
	for _, size := range []struct {
		field *int
		value int
	}{
		{&o.MaxStreams, 4},
		{&o.MaxMessageBytes, 64 << 10},
		{&o.MaxDataBytes, 16 << 10},
		{&o.MaxNameBytes, 256},
		{&o.MaxEarlyEndpoints, defaultEarlyEndpoints},
		{&o.MaxEarlyCandidates, defaultEarlyCandidates},
	} {
		if *size.field == 0 {
			*size.field = size.value
		}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// Manager is the front of the room server. All methods may be called from any
// goroutine but not from an EventHandler nor from a callback of a request: the
// room's goroutine would wait for itself.
//
// A method with a context gives up when the context ends before the room has
// begun with the request; the error then wraps the context's cause, is no
// *Error, and nothing has happened.
type Manager struct {
	media    Media
	opts     Options                // but for the limits
	limits   atomic.Pointer[limits] // of each room
	registry *registry
	handlers handlers
	counters counters

	running      sync.WaitGroup // rooms' goroutines
	negotiations sync.WaitGroup // exchanges between reservation and their end
}

// NewManager returns a Manager without rooms.
func NewManager(media Media, opts Options) *Manager {
	opts = opts.withDefaults()
	m := &Manager{media: media, opts: opts, registry: newRegistry()}
	m.counters.joinSeconds = histogram.New(latencyBounds()...)
	m.counters.negotiations = newNegotiationCounters()
	m.SetLimits(Limits{opts.MaxRooms, opts.MaxParticipants, opts.MaxSubscriptions})
	return m
}

// Handle adds a handler of events; several are told in the order in which they
// were added. Call it before the first join.
func (m *Manager) Handle(h EventHandler) { m.handlers.add(h) }

// withParticipantRoom runs fn on the goroutine of the room that id is in.
func (m *Manager) withParticipantRoom(ctx context.Context, id ParticipantID, fn func(*room) error) error {
	r, err := m.registry.roomOf(id)
	if err != nil {
		return m.counters.refused(err)
	}
	if stop := r.call(ctx, func() { err = fn(r) }); stop != nil {
		err = r.explain(stop, id)
	}
	return m.counters.refused(err)
}

// withPublication runs fn on the room's goroutine with one of the streams that the
// participant publishes, "" being DefaultStream.
func (m *Manager) withPublication(ctx context.Context, id ParticipantID, stream string, fn func(*room, *connection) error) error {
	return m.withParticipantRoom(ctx, id, func(r *room) error {
		c, err := r.state.publicationOf(id, streamID(stream))
		if err != nil {
			return err
		}
		return fn(r, c)
	})
}

// withRoom runs fn on the goroutine of the room called name.
func (m *Manager) withRoom(ctx context.Context, name string, fn func(*room)) error {
	r := m.registry.room(name)
	if r == nil {
		return m.counters.refused(refuseRoomAbsent(name))
	}
	stop := r.call(ctx, func() { fn(r) })
	if errors.Is(stop, errEnded) {
		stop = refuseRoomAbsent(name)
	}
	return m.counters.refused(stop)
}

// start makes a room and its goroutine. The registry calls it under its lock.
func (m *Manager) start(name string) *room {
	r := &room{
		state:    newState(name, *m.limits.Load()),
		limits:   &m.limits,
		registry: m.registry,
		handlers: &m.handlers,
		counters: &m.counters,
		log:      m.opts.Logger.With("room", name),
		since:    time.Now(),
		mailbox:  make(chan *operation, mailboxSize),
		wake:     make(chan struct{}, 1),
		done:     make(chan struct{}),
	}
	r.reports.wake = r.wake
	m.counters.roomsCreated.Add(1)
	return r
}
