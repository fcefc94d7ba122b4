package room

import (
	"context"
	"log/slog"
)

// ParticipantID identifies one participant in all rooms; with the signaling
// package it is the session id, which is a secret between server and client.
type ParticipantID string

// ParticipantInfo is a snapshot of one participant.
type ParticipantInfo struct {
	ID         ParticipantID
	User       string
	Room       string
	Publishing bool
}

// Options configure a Manager.
type Options struct {
	// Logger gets lines with room and user; nil discards.
	Logger *slog.Logger
	// MaxRooms bounds the number of rooms; 0 is no limit. Beyond it a join that
	// would create a room fails with CodeRoomNotCreated.
	MaxRooms int
	// MaxParticipants bounds the participants of one room; 0 is no limit.
	MaxParticipants int
	// MaxSubscriptions bounds the live subscriptions of one participant; 0 is no limit.
	MaxSubscriptions int
	// Policy is asked before a room is created by a join; nil allows all.
	Policy Policy
}

// Policy decides who may create rooms (Kurento's KurentoClientProvider and
// authRegex).
type Policy interface {
	// AllowCreate returns nil, or the reason for CodeRoomNotCreated.
	AllowCreate(room, user string) error
}

// JoinRequest asks to join.
type JoinRequest struct {
	ID           ParticipantID
	User, Room   string
	DataChannels bool
	// AutoCreate creates the room when it does not exist; without it such a join
	// fails with CodeRoomNotFound.
	AutoCreate bool
}

// PublishRequest asks to publish.
type PublishRequest struct {
	Offer    string
	Loopback bool
	// Answered, when not nil, is called on the room's goroutine with the answer
	// before the others hear of it: this is how the protocol's order (response
	// first, then participantPublished) is kept. It must not block.
	Answered func(answer string)
}

// SubscribeRequest asks to receive the stream of user Publisher.
type SubscribeRequest struct {
	Publisher string
	Offer     string
	// Answered is as in PublishRequest; no ICECandidateEvent precedes it.
	Answered func(answer string)
}

// Message is a chat message. User and Room are what the sender claims and must
// match the participant.
type Message struct {
	User, Room, Text string
	// Accepted, when not nil, is called on the room's goroutine before the
	// message is delivered. It must not block.
	Accepted func()
}

// Manager is the front of the room server. All methods may be called from any
// goroutine but not from an EventHandler.
type Manager struct {
	media Media
	opts  Options
}

// NewManager returns a Manager without rooms.
func NewManager(media Media, opts Options) *Manager { return &Manager{media, opts} }

// Handle adds a handler of events. Call it before the first join.
func (m *Manager) Handle(h EventHandler) {}

// Join adds a participant and returns those who were there before.
func (m *Manager) Join(ctx context.Context, req JoinRequest) ([]ParticipantInfo, error) {
	panic("todo")
}

// Leave removes a participant and returns those who remain; none means that the room ended.
func (m *Manager) Leave(ctx context.Context, id ParticipantID) ([]ParticipantInfo, error) {
	panic("todo")
}

func (m *Manager) Publish(ctx context.Context, id ParticipantID, req PublishRequest) (string, error) {
	panic("todo")
}

// Unpublish ends the publication; accepted (may be nil) is called before the others hear of it.
func (m *Manager) Unpublish(ctx context.Context, id ParticipantID, accepted func()) error {
	panic("todo")
}

func (m *Manager) Subscribe(ctx context.Context, id ParticipantID, req SubscribeRequest) (string, error) {
	panic("todo")
}

func (m *Manager) Unsubscribe(ctx context.Context, id ParticipantID, publisher string) error {
	panic("todo")
}

func (m *Manager) AddICECandidate(ctx context.Context, id ParticipantID, endpoint string, c ICECandidate) error {
	panic("todo")
}

func (m *Manager) SendMessage(ctx context.Context, id ParticipantID, msg Message) error {
	panic("todo")
}
func (m *Manager) MutePublished(id ParticipantID, kind MediaKind) error { panic("todo") }
func (m *Manager) UnmutePublished(id ParticipantID) error               { panic("todo") }
func (m *Manager) MuteSubscribed(id ParticipantID, publisher string, kind MediaKind) error {
	panic("todo")
}
func (m *Manager) UnmuteSubscribed(id ParticipantID, publisher string) error { panic("todo") }
func (m *Manager) Evict(ctx context.Context, id ParticipantID) error         { panic("todo") }
func (m *Manager) CreateRoom(name string) error                              { panic("todo") }
func (m *Manager) CloseRoom(ctx context.Context, name string) ([]ParticipantInfo, error) {
	panic("todo")
}

// Rooms returns the names of all rooms, sorted.
func (m *Manager) Rooms() []string                                           { panic("todo") }
func (m *Manager) Participants(room string) ([]ParticipantInfo, error)       { panic("todo") }
func (m *Manager) Publishers(room string) ([]ParticipantInfo, error)         { panic("todo") }
func (m *Manager) Subscribers(room string) ([]ParticipantInfo, error)        { panic("todo") }
func (m *Manager) PublishersOf(id ParticipantID) ([]ParticipantInfo, error)  { panic("todo") }
func (m *Manager) SubscribersOf(id ParticipantID) ([]ParticipantInfo, error) { panic("todo") }
func (m *Manager) IsPublishing(id ParticipantID) (bool, error)               { panic("todo") }
func (m *Manager) Participant(id ParticipantID) (ParticipantInfo, error)     { panic("todo") }
func (m *Manager) Close(ctx context.Context) error                           { panic("todo") }
