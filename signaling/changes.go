package signaling

import (
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling/api"
)

func (l listener) OnRoomChanged(e room.RoomChangedEvent) {
	l.tell(e.To, extension(api.RoomChanged, waysOf(e.Settings)))
}

// OnParticipantChanged tells what has changed; its permissions the participant alone.
func (l listener) OnParticipantChanged(e room.ParticipantChangedEvent) {
	change := changeOf(e)
	l.mention(e.Others, extension(api.ParticipantChanged, change))
	if e.Changed&room.ChangedGrants != 0 {
		change.Permissions = permissionWords(e.Participant.Permissions)
	}
	if e.Changed == room.ChangedReach {
		return // it cannot hear that it is not heard
	}
	l.tell([]room.ParticipantInfo{e.Participant}, extension(api.ParticipantChanged, change))
}

// changeOf is what everybody may know of a change.
func changeOf(e room.ParticipantChangedEvent) api.Change {
	p := e.Participant
	change := api.Change{ID: p.User}
	if e.Changed&room.ChangedHand != 0 {
		raised := !p.HandRaised.IsZero()
		if change.HandRaised = &raised; raised {
			change.HandRaisedAt = p.HandRaised.UnixMilli()
		}
	}
	if e.Changed&room.ChangedMetadata != 0 {
		change.Metadata = p.Metadata
	}
	if e.Changed&room.ChangedGrants != 0 {
		change.Role = p.Role
	}
	if e.Changed&(room.ChangedMute|room.ChangedOff) != 0 {
		change.Streams = streamsOf(p)
	}
	if e.Changed&room.ChangedReach != 0 {
		change.Unreachable = &p.Unreachable
	}
	return change
}

func (l listener) OnWaiting(e room.WaitingEvent) {
	l.tell(e.Moderators, extension(api.ParticipantWaiting, api.Waiting{ID: e.Waiting.User}))
}

// OnWaitingEnded tells the moderators, and whom they have decided about.
func (l listener) OnWaitingEnded(e room.WaitingEndedEvent) {
	l.tell(e.Moderators, extension(api.WaitingEnded, api.Waiting{ID: e.Waiting.User, Outcome: string(e.Outcome), Reason: e.Reason}))
	if session := l.server.sessions.get(e.Waiting.ID); session != nil {
		session.changed.Store(true) // the same joinRoom is another question now
	}
	switch to := []room.ParticipantInfo{{ID: e.Waiting.ID}}; e.Outcome {
	case room.Admitted:
		l.tell(to, extension(api.Admitted, api.Lobby{Room: e.Waiting.Room}))
	case room.Denied:
		l.tell(to, extension(api.Denied, api.Lobby{Room: e.Waiting.Room, Reason: e.Reason}))
	}
}

func (l listener) OnUnmuteAsked(e room.UnmuteAskedEvent) {
	l.tell([]room.ParticipantInfo{e.To}, extension(api.UnmuteRequested, api.UnmuteRequest{
		By: e.By, Stream: e.Stream, Audio: e.Kinds&room.Audio != 0, Video: e.Kinds&room.Video != 0,
	}))
}

func (l listener) OnData(e room.DataEvent) {
	l.tell(e.To, extension(api.DataReceived, api.Data{From: e.From.User, Topic: e.Topic, Data: e.Payload}))
}
