package admission

import (
	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/room"
)

// joinRequest says to a room what a token allows.
func joinRequest(name, user string, g *auth.Grants) room.JoinRequest {
	return room.JoinRequest{
		Room: name, User: user, Identity: g.User, Metadata: g.Metadata,
		Grants: &room.Grants{
			Role: g.Role, Permissions: g.Permissions, Sources: g.Sources,
			MaxSubscriptions: g.Limits.Subscriptions, MaxBitrate: g.Limits.Bitrate,
		},
	}
}
