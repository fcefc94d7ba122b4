package room

import (
	"context"
	"encoding/json"
	"time"
)

// Settings are what one room is run by. The zero value is a room like Kurento's: open to
// everybody, without memory, and gone with its last participant.
type Settings struct {
	// MaxParticipants and MaxPublishers bound the participants, and those of them who
	// publish; 0 is what Options say, and no limit.
	MaxParticipants, MaxPublishers int
	// MaxDuration is how long the room lasts from its first participant on; then it is
	// closed with everybody in it. 0 is without end.
	MaxDuration time.Duration
	// IdleTimeout is how long the room is kept when its last participant has left, with
	// its settings, history and bans; 0 ends it at once, as Kurento does.
	IdleTimeout time.Duration
	// Locked lets nobody in but those who may moderate.
	Locked bool
	// Lobby has newcomers wait until a moderator admits them, see CodeWaiting. Those who
	// may moderate do not wait.
	Lobby bool
	// MuteOnEntry are the kinds of media of which nobody gets anything of a newcomer until
	// it unmutes itself. Those who may moderate are not muted.
	MuteOnEntry MediaKind
	// ChatHistory is how many messages are kept for those who come later, 1000 at most;
	// 0 is none.
	ChatHistory int
	// Metadata is a JSON object of the application for everybody in the room, in 16 KiB at
	// most; nil is none. It is shared and must not be changed.
	Metadata json.RawMessage
}

// Bounds of settings.
const (
	maxRoomMetadata = 16 << 10
	maxMetadata     = 2 << 10 // of a participant
	maxChatHistory  = 1000
)

// check refuses settings that are out of bounds.
func (s *Settings) check() error {
	switch {
	case min(s.MaxParticipants, s.MaxPublishers) < 0 || s.MaxDuration < 0 || s.IdleTimeout < 0:
		return refuseSetting("a limit is below 0")
	case s.ChatHistory < 0 || s.ChatHistory > maxChatHistory:
		return refuseSetting("the chat history is not between 0 and 1000 messages")
	case s.MuteOnEntry != 0 && !s.MuteOnEntry.valid():
		return refuseMuteKind()
	}
	return checkMetadata(s.Metadata, maxRoomMetadata)
}

// checkMetadata refuses what is no JSON object, or longer than most octets. None is fine.
func checkMetadata(data json.RawMessage, most int) error {
	if data == nil {
		return nil
	}
	var object map[string]json.RawMessage
	if len(data) > most || json.Unmarshal(data, &object) != nil || object == nil {
		return refuseMetadata(most)
	}
	return nil
}

// RoomInfo is a snapshot of one room.
type RoomInfo struct {
	Name string
	Settings
	Created time.Time
	// Participants are all who are in, Publishers those of them who publish, Waiting those
	// in the lobby.
	Participants, Publishers, Waiting int
}

// Room returns a snapshot of one room. Errors: 202.
func (m *Manager) Room(ctx context.Context, name string) (info RoomInfo, err error) {
	err = m.withRoom(ctx, name, func(r *room) { info = r.info() })
	return info, err
}

func (r *room) info() RoomInfo {
	info := RoomInfo{
		Name: r.state.name, Settings: r.state.settings, Created: r.since,
		Participants: len(r.state.order), Waiting: len(r.state.lobby.waiting),
	}
	for _, who := range r.state.order {
		if len(who.streams) > 0 {
			info.Publishers++
		}
	}
	return info
}

// RoomCreatedEvent says that there is a room now. By is the user name of the newcomer who
// made it by joining; empty: the application.
type RoomCreatedEvent struct {
	Room     string
	Settings Settings
	By       string
}

// RoomChangedEvent says that a room is run by other settings now. By is the user name of
// the moderator; empty: the application. To is everybody in the room.
type RoomChangedEvent struct {
	Room     string
	Settings Settings
	By       string
	To       []ParticipantInfo
}

// Change changes the settings of the room and returns them. change is called on the
// room's goroutine and must not block. Nobody who is in loses a place. Who waits in a
// lobby that is turned off is admitted. Errors: those of Moderator; 999 for settings out
// of bounds, and then nothing has changed.
func (o Moderator) Change(ctx context.Context, change func(*Settings)) (is Settings, err error) {
	err = o.do(ctx, func(r *room, by *member) error {
		next := r.state.settings
		change(&next)
		if err := next.check(); err != nil {
			return err
		}
		r.state.settings, is = next, next
		r.state.history.keep(next.ChatHistory)
		r.log.Info("settings changed", "locked", next.Locked, "lobby", next.Lobby, "by", nameOf(by))
		event := RoomChangedEvent{Room: r.state.name, Settings: next, By: nameOf(by), To: r.state.infos(nil)}
		r.emit("OnRoomChanged", func(h EventHandler) { h.OnRoomChanged(event) })
		if !next.Lobby {
			for _, w := range r.state.lobby.all() {
				r.admitWaiting(w)
			}
		}
		return nil
	})
	return is, err
}
