package signaling

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling/api"
)

// moderate serves the methods of moderators. Whether this participant may, the room
// decides when it is asked.
func (s *Session) moderate(ctx context.Context, r *reply) error {
	by := s.server.manager.ModerateAs(s.id)
	switch r.request.Method {
	case api.MuteParticipant, api.AskToUnmute:
		return muteParticipant(ctx, r, by)
	case api.MuteAll:
		return muteAll(ctx, r, by)
	case api.UnpublishParticipant:
		var p api.UnpublishParticipantParams
		return do(r, &p, func() error { return by.Unpublish(ctx, string(p.User), string(p.Stream)) })
	case api.EvictParticipant:
		return evictParticipant(ctx, r, by)
	case api.UnbanParticipant:
		var p api.UserParams
		return do(r, &p, func() error { return by.Unban(ctx, string(p.User)) })
	case api.AdmitParticipant:
		var p api.UserParams
		return do(r, &p, func() error { return by.Admit(ctx, string(p.User)) })
	case api.DenyParticipant:
		var p api.DenyParticipantParams
		return do(r, &p, func() error { return by.Deny(ctx, string(p.User), string(p.Reason)) })
	case api.ChangeGrants:
		return changeGrants(ctx, r, by)
	case api.ChangeRoom:
		return changeRoom(ctx, r, by)
	default:
		return s.closeRoom(ctx, r, by)
	}
}

// do decodes parameters, does what is asked for, and answers with nothing.
func do(r *reply, p api.Params, what func() error) error {
	if err := api.Decode(r.request.Params, p); err != nil {
		return err
	}
	if err := what(); err != nil {
		return err
	}
	r.ok(nil)
	return nil
}

func muteParticipant(ctx context.Context, r *reply, by room.Moderator) error {
	var p api.MuteParticipantParams
	return do(r, &p, func() error {
		kinds, err := kindsOf(p.Audio, p.Video)
		if err != nil {
			return err
		}
		if r.request.Method == api.AskToUnmute {
			return by.AskToUnmute(ctx, string(p.User), string(p.Stream), kinds)
		}
		return by.Mute(ctx, string(p.User), string(p.Stream), kinds)
	})
}

func muteAll(ctx context.Context, r *reply, by room.Moderator) error {
	var p api.MuteAllParams
	if err := api.Decode(r.request.Params, &p); err != nil {
		return err
	}
	kinds, err := kindsOf(p.Audio, p.Video)
	if err != nil {
		return err
	}
	users, err := by.MuteAll(ctx, kinds)
	if err != nil {
		return err
	}
	r.ok(api.Users{Users: append([]string{}, users...)})
	return nil
}

// kindsOf returns what is to be muted. That neither is named is most likely a mistake,
// and would lift everything.
func kindsOf(audio, video api.OptionalBool) (kinds room.MediaKind, err error) {
	if !audio.There && !video.There {
		return 0, api.MissingElement("audio")
	}
	if audio.Value {
		kinds |= room.Audio
	}
	if video.Value {
		kinds |= room.Video
	}
	return kinds, nil
}

func evictParticipant(ctx context.Context, r *reply, by room.Moderator) error {
	var p api.EvictParticipantParams
	return do(r, &p, func() error {
		if p.BanSeconds == 0 {
			return by.Evict(ctx, string(p.User), string(p.Reason))
		}
		length := time.Duration(min(p.BanSeconds, longestBan)) * time.Second //nolint:gosec // bounded
		return by.Ban(ctx, string(p.User), length, string(p.Reason))
	})
}

func changeGrants(ctx context.Context, r *reply, by room.Moderator) error {
	var p api.ChangeGrantsParams
	return do(r, &p, func() error {
		role, permissions, err := grantsOf(&p)
		if err != nil {
			return err
		}
		return by.ChangeGrants(ctx, string(p.User), func(g *room.Grants) {
			if role != "" {
				g.Role = role
			}
			g.Permissions = permissions
		})
	})
}

// grantsOf returns what a role allows, or what the words do.
func grantsOf(p *api.ChangeGrantsParams) (role string, permissions room.Permissions, err error) {
	if p.Role == "" {
		if p.Permissions == nil {
			return "", 0, api.MissingElement("role")
		}
		for _, word := range p.Permissions {
			granted, ok := auth.ParsePermission(word)
			if !ok {
				return "", 0, unusable("permissions", "list of words")
			}
			permissions |= granted
		}
		return "", permissions, nil
	}
	permissions, ok := auth.DefaultRoles()[string(p.Role)]
	if !ok || p.Permissions != nil {
		return "", 0, unusable("role", "role")
	}
	return string(p.Role), permissions, nil
}

func unusable(name, want string) error {
	return &api.Error{Code: api.CodeFault, Message: fmt.Sprintf("Request element '%s' is not a usable %s", name, want)}
}

func changeRoom(ctx context.Context, r *reply, by room.Moderator) error {
	p := api.ChangeRoomParams{MuteOnEntry: api.Words{Of: api.Kinds()}}
	if err := api.Decode(r.request.Params, &p); err != nil {
		return err
	}
	now, err := by.Change(ctx, func(s *room.Settings) { applyTo(s, &p) })
	if err != nil {
		return err
	}
	r.ok(waysOf(now))
	return nil
}

// applyTo changes what there is in p.
func applyTo(s *room.Settings, p *api.ChangeRoomParams) {
	if p.Locked.There {
		s.Locked = p.Locked.Value
	}
	if p.Lobby.There {
		s.Lobby = p.Lobby.Value
	}
	if p.MuteOnEntry.List != nil {
		s.MuteOnEntry = 0
		for i, kind := range []room.MediaKind{room.Audio, room.Video} {
			if slices.Contains(p.MuteOnEntry.List, api.Kinds()[i]) {
				s.MuteOnEntry |= kind
			}
		}
	}
	if p.ChatHistory.There {
		s.ChatHistory = int(min(p.ChatHistory.Value, largestSetting)) //nolint:gosec // bounded
	}
	if p.MaxParticipants.There {
		s.MaxParticipants = int(min(p.MaxParticipants.Value, largestSetting)) //nolint:gosec // bounded
	}
	if p.Metadata != nil {
		s.Metadata = []byte(p.Metadata)
	}
}

// waysOf is how a room is run, on the wire.
func waysOf(s room.Settings) api.RoomWays {
	return api.RoomWays{
		Locked: s.Locked, Lobby: s.Lobby, MuteOnEntry: s.MuteOnEntry.Names(),
		ChatHistory: s.ChatHistory, MaxParticipants: s.MaxParticipants, Metadata: s.Metadata,
	}
}

// closeRoom answers before the session ends with the room.
func (s *Session) closeRoom(ctx context.Context, r *reply, by room.Moderator) error {
	var p api.CloseRoomParams
	if err := api.Decode(r.request.Params, &p); err != nil {
		return err
	}
	farewell := func() { r.ok(nil) }
	s.farewell.Store(&farewell)
	defer s.farewell.Store(nil)
	return by.Close(ctx, string(p.Reason))
}
