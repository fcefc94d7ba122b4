package feed

import (
	"time"

	"github.com/atrium-rtc/atrium/room"
)

// roomState is what is known of the room of one name.
type roomState struct {
	sequence uint64
	live     int    // rooms of this name that began and did not end; 2 while one replaces another
	told     bool   // that the newest is closed
	dominant string // speaker, as last told
}

// room returns the state for a name. f.mu is held.
func (f *Feed) room(name string) *roomState {
	state := f.rooms[name]
	if state == nil {
		state = &roomState{}
		f.rooms[name] = state
	}
	return state
}

// OnRoomCreated implements room.EventHandler. The end of a room without people may be told
// after the beginning of its successor; then it is told here.
func (f *Feed) OnRoomCreated(e room.RoomCreatedEvent) {
	created, ok := f.encode(RoomCreated, roomData{By: e.By, Settings: settingsOf(e.Settings)})
	f.mu.Lock()
	defer f.mu.Unlock()
	state := f.room(e.Room)
	if state.live > 0 {
		f.close(e.Room, state, closedData{Reason: roomEnded})
	}
	*state = roomState{live: state.live + 1}
	if ok {
		f.tell(RoomCreated, e.Room, created)
	}
}

// OnRoomClosed implements room.EventHandler.
func (f *Feed) OnRoomClosed(e room.RoomClosedEvent) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.close(e.Room, f.room(e.Room), closedData{Reason: roomClosed, Text: e.Text, Users: usersOf(e.Participants)})
}

// OnRoomEnded implements room.EventHandler.
func (f *Feed) OnRoomEnded(e room.RoomEndedEvent) {
	f.mu.Lock()
	defer f.mu.Unlock()
	state := f.room(e.Room)
	if state.live--; state.live > 0 {
		return // of the one before, which was told
	}
	f.close(e.Room, state, closedData{Reason: roomEnded})
	delete(f.rooms, e.Room)
}

// close tells once that the newest room of a name is no more. f.mu is held.
func (f *Feed) close(name string, state *roomState, data closedData) {
	if state.told {
		return
	}
	state.told = true
	if text, ok := f.encode(RoomClosed, data); ok {
		f.tell(RoomClosed, name, text)
	}
}

// tell is publish for those who hold f.mu for another reason, also while nobody listens.
func (f *Feed) tell(t Type, name string, data []byte) {
	if f.awake.Load() {
		f.publish(t, name, data, time.Now())
	}
}

// OnRoomChanged implements room.EventHandler.
func (f *Feed) OnRoomChanged(e room.RoomChangedEvent) {
	if !f.awake.Load() {
		return
	}
	f.emit(RoomChanged, e.Room, roomData{By: e.By, Settings: settingsOf(e.Settings)})
}

// OnJoined implements room.EventHandler.
func (f *Feed) OnJoined(e room.JoinedEvent) {
	if !f.awake.Load() {
		return
	}
	f.emit(ParticipantJoined, e.Participant.Room, participantData{Participant: participantOf(e.Participant)})
}

// OnLeft implements room.EventHandler.
func (f *Feed) OnLeft(e room.LeftEvent) {
	if !f.awake.Load() {
		return
	}
	f.emit(ParticipantLeft, e.Participant.Room, participantData{Participant: participantOf(e.Participant), Reason: string(e.Reason), Text: e.Text})
}

// OnEvicted implements room.EventHandler.
func (f *Feed) OnEvicted(e room.EvictedEvent) {
	if !f.awake.Load() {
		return
	}
	f.emit(ParticipantEvicted, e.Participant.Room, participantData{Participant: participantOf(e.Participant), Text: e.Text})
}

// OnParticipantChanged implements room.EventHandler.
func (f *Feed) OnParticipantChanged(e room.ParticipantChangedEvent) {
	if !f.awake.Load() {
		return
	}
	f.emit(ParticipantChanged, e.Participant.Room, participantData{
		Participant: participantOf(e.Participant), Changed: changesOf(e.Changed), By: e.By,
	})
}

// OnWaiting implements room.EventHandler.
func (f *Feed) OnWaiting(e room.WaitingEvent) {
	if !f.awake.Load() {
		return
	}
	f.emit(ParticipantWaiting, e.Waiting.Room, waitingOf(e.Waiting))
}

// OnWaitingEnded implements room.EventHandler.
func (f *Feed) OnWaitingEnded(e room.WaitingEndedEvent) {
	if !f.awake.Load() {
		return
	}
	data := waitingOf(e.Waiting)
	data.Outcome, data.Text = string(e.Outcome), e.Reason
	f.emit(ParticipantAnswered, e.Waiting.Room, data)
}

// OnPublished implements room.EventHandler.
func (f *Feed) OnPublished(e room.PublishedEvent) {
	if !f.awake.Load() {
		return
	}
	f.emit(StreamPublished, e.Participant.Room, streamData{User: e.Participant.User, Identity: e.Participant.Identity, Stream: e.Stream})
}

// OnUnpublished implements room.EventHandler.
func (f *Feed) OnUnpublished(e room.UnpublishedEvent) {
	if !f.awake.Load() {
		return
	}
	f.emit(StreamUnpublished, e.Participant.Room, streamData{User: e.Participant.User, Identity: e.Participant.Identity, Stream: e.Stream})
}

// OnSubscribed implements room.EventHandler.
func (f *Feed) OnSubscribed(e room.SubscribedEvent) {
	if !f.awake.Load() {
		return
	}
	f.emit(SubscriptionStarted, e.Participant.Room, streamData{
		User: e.Participant.User, Identity: e.Participant.Identity, Publisher: e.Publisher, Stream: e.Stream,
	})
}

// OnUnsubscribed implements room.EventHandler.
func (f *Feed) OnUnsubscribed(e room.UnsubscribedEvent) {
	if !f.awake.Load() {
		return
	}
	f.emit(SubscriptionEnded, e.Participant.Room, streamData{
		User: e.Participant.User, Identity: e.Participant.Identity, Publisher: e.Publisher, Stream: e.Stream,
	})
}

// OnMessage implements room.EventHandler.
func (f *Feed) OnMessage(e room.MessageEvent) {
	if !f.awake.Load() {
		return
	}
	data := messageData{From: e.From.User, Identity: e.From.Identity, To: len(e.To), Bytes: len(e.Text)}
	if f.opts.Texts {
		data.Text = &e.Text
	}
	f.emit(MessageSent, e.From.Room, data)
}

// OnSpeakers implements room.EventHandler. Only another main speaker is an event: who
// speaks at all changes many times a second.
func (f *Feed) OnSpeakers(e room.SpeakersEvent) {
	if !f.awake.Load() {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	state := f.room(e.Room)
	if state.dominant == e.Dominant {
		return
	}
	state.dominant = e.Dominant
	if text, ok := f.encode(SpeakerChanged, speakerData{User: e.Dominant}); ok {
		f.tell(SpeakerChanged, e.Room, text)
	}
}

// OnQuality implements room.EventHandler.
func (f *Feed) OnQuality(e room.QualityEvent) {
	if !f.awake.Load() {
		return
	}
	f.emit(QualityChanged, e.To.Room, qualityOf(e))
}

// OnMediaError implements room.EventHandler.
func (f *Feed) OnMediaError(e room.MediaErrorEvent) {
	if !f.awake.Load() {
		return
	}
	data := streamData{User: e.To.User, Identity: e.To.Identity, Stream: e.Stream, Text: e.Text, Connection: string(e.Connection)}
	if e.Endpoint != e.To.User {
		data.Publisher = e.Endpoint
	}
	f.emit(MediaError, e.To.Room, data)
}
