package feed_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/feed"
	"github.com/atrium-rtc/atrium/room"
)

// secret is a session's id, which must not be seen anywhere.
const secret = "0f9c-session-id"

func ann() room.ParticipantInfo {
	return room.ParticipantInfo{
		ID: secret, User: "ann", Room: "atelier", Identity: "user-17", Role: "moderator",
		Permissions: room.MayJoin | room.MaySubscribe | room.MayModerate,
		Streams:     []room.StreamInfo{{ID: "webcam", Muted: room.Audio}, {ID: "screen"}},
		Metadata:    json.RawMessage(`{"team":"blue"}`), HandRaised: time.Date(2026, 11, 28, 14, 3, 5, 250e6, time.UTC),
	}
}

func bob() room.ParticipantInfo {
	return room.ParticipantInfo{ID: secret + "-bob", User: "bob", Room: "atelier", Role: "participant", Permissions: room.MayJoin | room.MaySubscribe}
}

// everything tells a handler of one event of each kind, in an order that rooms could have.
func everything(h room.EventHandler) {
	waiting := room.WaitingInfo{ID: secret, User: "cy", Role: "participant", Room: "atelier", Since: time.Date(2026, 11, 28, 14, 2, 0, 0, time.UTC)}
	h.OnRoomCreated(room.RoomCreatedEvent{Room: "atelier", By: "ann", Settings: room.Settings{MaxParticipants: 20, MaxDuration: time.Hour}})
	h.OnRoomChanged(room.RoomChangedEvent{Room: "atelier", By: "ann", Settings: room.Settings{Lobby: true, MuteOnEntry: room.All, Metadata: json.RawMessage(`{"topic":"budget"}`)}})
	h.OnJoined(room.JoinedEvent{Participant: bob(), Others: []room.ParticipantInfo{ann()}})
	h.OnParticipantChanged(room.ParticipantChangedEvent{Participant: ann(), Changed: room.ChangedHand | room.ChangedMute, By: "bob"})
	h.OnLeft(room.LeftEvent{Participant: bob(), Reason: room.LeftByEvict, Text: "too loud"})
	h.OnEvicted(room.EvictedEvent{Participant: bob(), Text: "too loud"})
	h.OnWaiting(room.WaitingEvent{Waiting: waiting})
	h.OnWaitingEnded(room.WaitingEndedEvent{Waiting: waiting, Outcome: room.Denied, Reason: "not today"})
	h.OnPublished(room.PublishedEvent{Participant: ann(), Stream: "screen"})
	h.OnUnpublished(room.UnpublishedEvent{Participant: ann(), Stream: "screen"})
	h.OnSubscribed(room.SubscribedEvent{Participant: bob(), Publisher: "ann", Stream: "webcam"})
	h.OnUnsubscribed(room.UnsubscribedEvent{Participant: bob(), Publisher: "ann", Stream: "webcam"})
	h.OnMessage(room.MessageEvent{From: ann(), Text: "hello <all>", To: []room.ParticipantInfo{ann(), bob()}})
	h.OnSpeakers(room.SpeakersEvent{Room: "atelier", Dominant: "ann"})
	h.OnQuality(room.QualityEvent{To: bob(), Changed: []room.StreamVerdict{
		{Publisher: "ann", Stream: "webcam", Verdict: room.VerdictPoor, Kind: room.Video, Score: 1.8349, Cause: room.CauseDownlink},
	}})
	h.OnMediaError(room.MediaErrorEvent{To: bob(), Endpoint: "ann", Stream: "webcam", Text: "CONNECTION_LOST: ICE failed(errCode=3)"})
	h.OnRoomClosed(room.RoomClosedEvent{Room: "atelier", Participants: []room.ParticipantInfo{ann()}, Text: "that is all"})
	h.OnRoomEnded(room.RoomEndedEvent{Room: "atelier"})
}

// subscribe listens to everything.
func subscribe(t *testing.T, f *feed.Feed, want feed.Want) (*feed.Subscription, []*feed.Event) {
	t.Helper()
	s, replay, err := f.Subscribe(want)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, replay
}

// drain returns what waits in a queue.
func drain(s *feed.Subscription) []*feed.Event {
	var list []*feed.Event
	for {
		select {
		case e := <-s.Events():
			list = append(list, e)
		default:
			return list
		}
	}
}

// envelope is an event as a receiver reads it.
type envelope struct {
	SpecVersion, ID, Source, Type, Time, Subject string
	RoomSequence                                 uint64
	Data                                         map[string]any
}

func read(t *testing.T, e *feed.Event) envelope {
	t.Helper()
	var got envelope
	if err := json.Unmarshal(e.JSON, &got); err != nil {
		t.Fatalf("%s: %v", e.JSON, err)
	}
	return got
}

func typesOf(list []*feed.Event) []feed.Type {
	var types []feed.Type
	for _, e := range list {
		types = append(types, e.Type)
	}
	return types
}
