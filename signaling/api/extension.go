package api

import "encoding/json"

// NewcomerParams are the parameters of joinRoom that only count together with
// extensions: what other clients put there by chance is not looked at.
type NewcomerParams struct {
	Metadata    Object
	Connections OptionalString // Paired; other words mean nothing
}

// StreamParams is the parameter of publishVideo, unpublishVideo, onIceCandidate and
// restartIce that only counts for clients that understand the extensions.
type StreamParams struct{ Stream String }

func (p *NewcomerParams) fields() []field {
	return []field{
		{"metadata", true, &p.Metadata, "object"},
		{"connections", true, &p.Connections, "string"},
	}
}

func (p *StreamParams) fields() []field { return []field{{"stream", true, &p.Stream, "string"}} }

// JoinResult is the result of joinRoom for a client that has declared to understand
// the extensions; others get its Value alone.
type JoinResult struct {
	Value []Peer   `json:"value"`
	Me    Me       `json:"me"`
	Room  RoomWays `json:"room"`
	// Connections is Paired when the participant has paired connections.
	Connections string `json:"connections,omitempty"`
	// Waiting are those in the lobby, for who may moderate.
	Waiting []Waiting `json:"waiting,omitempty"`
	// ICEServers are for one's connections, with credentials where they need some.
	ICEServers []ICEServer `json:"iceServers,omitempty"`
}

// Me is what a participant is told about itself when it joins.
type Me struct {
	ID          string          `json:"id"`
	Role        string          `json:"role"`
	Permissions []string        `json:"permissions"`
	Metadata    json.RawMessage `json:"metadata,omitempty"`
	// The rest is told by getRoom.
	Streams      []Stream `json:"streams,omitempty"`
	HandRaised   bool     `json:"handRaised,omitempty"`
	HandRaisedAt int64    `json:"handRaisedAt,omitempty"` // milliseconds since 1970
}

// RoomWays is how a room is run: a member of joinRoom's result, the result of
// changeRoom, and the params object of roomChanged.
type RoomWays struct {
	Locked          bool            `json:"locked"`
	Lobby           bool            `json:"lobby"`
	MuteOnEntry     []string        `json:"muteOnEntry"`
	ChatHistory     int             `json:"chatHistory"`
	MaxParticipants int             `json:"maxParticipants,omitempty"`
	Metadata        json.RawMessage `json:"metadata,omitempty"`
}

// Change is the params object of participantChanged: what is absent has not changed.
type Change struct {
	ID           string          `json:"id"`
	Role         string          `json:"role,omitempty"`
	Permissions  []string        `json:"permissions,omitzero"` // told to itself alone
	HandRaised   *bool           `json:"handRaised,omitempty"`
	HandRaisedAt int64           `json:"handRaisedAt,omitempty"`
	Metadata     json.RawMessage `json:"metadata,omitempty"`
	Streams      []Stream        `json:"streams,omitzero"`
	Unreachable  *bool           `json:"unreachable,omitempty"`
}

// Gone is the params object of participantLeft and participantUnpublished for a client
// that understands the extensions.
type Gone struct {
	Name    string   `json:"name"`
	Streams []Stream `json:"streams,omitempty"`
	Reason  string   `json:"reason,omitempty"`
}

// Reason is the params object of participantEvicted for a client that understands the
// extensions.
type Reason struct {
	Reason string `json:"reason,omitempty"`
}

// Waiting is the params object of participantWaiting and waitingEnded. Outcome belongs
// to the second.
type Waiting struct {
	ID      string `json:"id"`
	Outcome string `json:"outcome,omitempty"`
	Reason  string `json:"reason,omitempty"`
}

// Lobby is the params object of admitted and denied. Reason belongs to the second.
type Lobby struct {
	Room   string `json:"room"`
	Reason string `json:"reason,omitempty"`
}

// UnmuteRequest is the params object of unmuteRequested.
type UnmuteRequest struct {
	By     string `json:"by"`
	Stream string `json:"stream"`
	Audio  bool   `json:"audio"`
	Video  bool   `json:"video"`
}
