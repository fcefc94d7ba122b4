package signaling

import "github.com/atrium-rtc/atrium/room"

// Presence says whether a participant could hear the server.
type Presence string

// The presences. Of a participant without a session, which the application has
// brought in by itself, nothing is known.
const (
	PresenceUnknown   Presence = ""
	PresenceConnected Presence = "connected"
	PresenceWaiting   Presence = "waiting" // its socket is lost, and it may come back
)

// Presence returns that of a participant.
func (s *Server) Presence(of room.ParticipantID) Presence {
	session := s.sessions.get(of)
	switch {
	case session == nil:
		return PresenceUnknown
	case session.link.socketless():
		return PresenceWaiting
	}
	return PresenceConnected
}
