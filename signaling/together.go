package signaling

import (
	"context"
	"encoding/json"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling/api"
)

// unmute lifts what a moderator has muted of the participant's own stream and asked it to
// unmute, or what was muted because it is new.
func (s *Session) unmute(ctx context.Context, r *reply) error {
	var p api.UnmuteParams
	return do(r, &p, func() error {
		kinds, err := kindsOf(p.Audio, p.Video)
		if err != nil {
			return err
		}
		return s.server.manager.Unmute(ctx, s.id, string(p.Stream), kinds)
	})
}

// raiseHand raises or lowers the participant's own hand, or lowers somebody else's.
func (s *Session) raiseHand(ctx context.Context, r *reply) error {
	var p api.RaiseHandParams
	return do(r, &p, func() error {
		if p.User != "" {
			me, err := s.server.manager.Participant(s.id)
			if err != nil {
				return err
			}
			if me.User != string(p.User) {
				if p.Raised {
					return &room.Error{Code: room.CodeNotPermitted, Msg: "Nobody can raise somebody else's hand"}
				}
				return s.server.manager.ModerateAs(s.id).LowerHand(ctx, string(p.User))
			}
		}
		return s.server.manager.RaiseHand(ctx, s.id, bool(p.Raised))
	})
}

func (s *Session) changeMetadata(ctx context.Context, r *reply) error {
	var p api.ChangeMetadataParams
	return do(r, &p, func() error { return s.server.manager.SetMetadata(ctx, s.id, json.RawMessage(p.Metadata)) })
}

// sendData takes an empty list for a mistake: room.Data has none for everybody.
func (s *Session) sendData(ctx context.Context, r *reply) error {
	var p api.SendDataParams
	return do(r, &p, func() error {
		if p.To != nil && len(p.To) == 0 {
			return unusable("to", "list of strings: it is empty")
		}
		return s.server.manager.SendData(ctx, s.id, room.Data{
			Topic: string(p.Topic), Payload: json.RawMessage(p.Data), To: p.To,
		})
	})
}

func (s *Session) getChatHistory(ctx context.Context, r *reply) error {
	list, err := s.server.manager.History(ctx, s.id)
	if err != nil {
		return err
	}
	messages := make([]api.PastMessage, len(list))
	for i, m := range list {
		messages[i] = api.PastMessage{User: m.User, Message: m.Text, Time: m.Time.UnixMilli()}
	}
	r.ok(api.ChatHistory{Messages: messages})
	return nil
}
