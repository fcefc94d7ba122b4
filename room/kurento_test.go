package room_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/atrium-rtc/atrium/room"
)

// Kurento Room's server SDK method by method: what an application that was written for
// RoomManager and NotificationRoomManager relied on. docs/embedding.md has the table;
// each test is a row of it, named for the Java method.

func TestKurentoJoinRoom(t *testing.T) {
	h := newHouse(t, room.Options{})
	_, err := h.Join(t.Context(), room.JoinRequest{ID: id("ann"), User: "ann", Room: "r"})
	wantError(t, err, 202, "Room 'r' was not found, must be created before 'ann' can join") // no session info
	before, err := h.Join(t.Context(), room.JoinRequest{ID: id("ann"), User: "ann", Room: "r", AutoCreate: true})
	if err != nil || len(before) != 0 {
		t.Fatalf("the first found %v, %v", before, err)
	}
	h.publish("ann")
	before, err = h.Join(t.Context(), room.JoinRequest{ID: id("bob"), User: "bob", Room: "r", DataChannels: true})
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, "those who were there before", users(before), []string{"ann*"}) // with the streaming flag
	_, err = h.Join(t.Context(), room.JoinRequest{ID: "other", User: "bob", Room: "r"})
	wantError(t, err, 104, "User 'bob' already exists in room 'r'")
}

func TestKurentoLeaveRoom(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	remaining, err := h.Leave(t.Context(), id("bob"))
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, "those who remain", users(remaining), []string{"ann"})
	if remaining, err = h.Leave(t.Context(), id("ann")); err != nil || len(remaining) != 0 {
		t.Errorf("the last one left behind %v, %v", remaining, err)
	}
	wantSame(t, "rooms", len(h.Rooms()), 0)
	_, err = h.Leave(t.Context(), id("ann"))
	wantError(t, err, 102, "No participant with id 'id-ann' was found")
}

func TestKurentoPublishMedia(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann")
	answer, err := h.Publish(t.Context(), id("ann"), room.PublishRequest{Offer: "o", Loopback: true})
	if err != nil || answer != "answer to o" {
		t.Fatalf("answered %q, %v", answer, err)
	}
	if !h.media.last(t, "ann").req.Loopback {
		t.Error("the media server was not asked for loopback")
	}
	who, err := h.Participant(id("ann"))
	if err != nil || !who.Publishing {
		t.Errorf("not marked as streaming: %+v, %v", who, err)
	}
	subscribers, err := h.Subscribers("r")
	if err != nil || len(subscribers) != 0 { // loopback does not count
		t.Errorf("subscribers: %v, %v", users(subscribers), err)
	}
}

func TestKurentoUnpublishMedia(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	wantError(t, h.Unpublish(t.Context(), id("ann"), "", nil), 105, "Participant 'ann' is not streaming media")
	h.publish("ann")
	h.subscribe("bob", "ann")
	if err := h.Unpublish(t.Context(), id("ann"), "", nil); err != nil {
		t.Fatal(err)
	}
	wantSame(t, "subscriptions of others", h.Stats().Subscriptions, 0)
	wantSame(t, "open connections", h.media.open(), 0)
}

func TestKurentoSubscribe(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	ask := func(publisher, offer string) (string, error) {
		return h.Subscribe(t.Context(), id("bob"), room.SubscribeRequest{Publisher: publisher, Offer: offer})
	}
	_, err := ask("nobody", "o")
	wantCode(t, err, room.CodeUserNotFound)
	_, err = ask("ann", "o")
	wantCode(t, err, room.CodeUserNotStreaming)
	h.publish("ann")
	_, err = ask("ann", "no answer")
	wantCode(t, err, room.CodeSDP)
	if answer, err := ask("ann", "o"); err != nil || answer != "answer to o" {
		t.Errorf("answered %q, %v", answer, err)
	}
}

func TestKurentoUnsubscribe(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	h.publish("ann")
	h.subscribe("bob", "ann")
	for range 2 { // idempotent while the user exists
		if err := h.Unsubscribe(t.Context(), id("bob"), "ann", ""); err != nil {
			t.Error(err)
		}
	}
	wantCode(t, h.Unsubscribe(t.Context(), id("bob"), "nobody", ""), room.CodeUserNotFound)
}

func TestKurentoOnIceCandidate(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann")
	h.trickle("ann", "ann", "before") // is kept until the endpoint exists
	h.publish("ann")
	h.trickle("ann", "ann", "after")
	got, _ := h.media.last(t, "ann").got()
	wantSame(t, "candidates", got, []string{"before", "after"})
}

func TestKurentoMutePublishedMedia(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann")
	wantCode(t, h.MutePublished(id("ann"), "", room.All), room.CodeUserNotStreaming)
	h.publish("ann")
	wantError(t, h.MutePublished(id("ann"), "", 0), 307, "Mute type cannot be null")
	for _, err := range []error{
		h.UnmutePublished(id("ann"), ""), // not muted: nothing happens
		h.MutePublished(id("ann"), "", room.Audio),
		h.MutePublished(id("ann"), "", room.Video), // both, as the original meant
		h.UnmutePublished(id("ann"), ""),           // all
	} {
		if err != nil {
			t.Error(err)
		}
	}
	_, mutes := h.media.last(t, "ann").got()
	wantSame(t, "muted", mutes, []room.MediaKind{room.Audio, room.All, 0})
}

func TestKurentoMuteSubscribedMedia(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob", "cid")
	h.publish("ann")
	h.subscribe("bob", "ann")
	h.subscribe("cid", "ann")
	for _, err := range []error{
		h.MuteSubscribed(id("bob"), "ann", "", room.Video),
		h.UnmuteSubscribed(id("bob"), "ann", ""),
		h.MuteSubscribed(id("ann"), "ann", "", room.Video), // no subscription: a log line
	} {
		if err != nil {
			t.Error(err)
		}
	}
	_, mutes := h.media.last(t, "bob").got()
	wantSame(t, "muted for bob", mutes, []room.MediaKind{room.Video, 0})
	_, mutes = h.media.last(t, "cid").got()
	wantSame(t, "muted for cid", len(mutes), 0)
}

func TestKurentoGetParticipants(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob", "cid")
	h.publish("ann", "cid")
	h.subscribe("bob", "ann")
	for name, list := range map[string]struct {
		of   func(string) ([]room.ParticipantInfo, error)
		want []string
	}{
		"participants": {h.Participants, []string{"ann*", "bob", "cid*"}},
		"publishers":   {h.Publishers, []string{"ann*", "cid*"}},
		"subscribers":  {h.Subscribers, []string{"bob"}},
	} {
		got, err := list.of("r")
		if err != nil {
			t.Error(err)
		}
		wantSame(t, name, users(got), list.want)
		_, err = list.of("absent")
		wantError(t, err, 202, "Room 'absent' not found")
	}
	wantSame(t, "rooms", h.Rooms(), []string{"r"}) // getRooms
}

func TestKurentoGetPeerPublishers(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	_, err := h.SubscribersOf(id("ann"))
	wantCode(t, err, room.CodeUserNotStreaming)
	h.publish("ann")
	h.subscribe("bob", "ann")
	whom, err := h.PublishersOf(id("bob"))
	if err != nil {
		t.Error(err)
	}
	wantSame(t, "whom bob receives", users(whom), []string{"ann*"})
	who, err := h.SubscribersOf(id("ann"))
	if err != nil {
		t.Error(err)
	}
	wantSame(t, "who receives ann", users(who), []string{"bob"})
}

func TestKurentoIsPublisherStreaming(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann")
	for _, want := range []bool{false, true} {
		if got, err := h.IsPublishing(id("ann")); err != nil || got != want {
			t.Errorf("streaming is %v, %v; want %v", got, err, want)
		}
		if !want {
			h.publish("ann")
		}
	}
	_, err := h.IsPublishing("x")
	wantCode(t, err, room.CodeUserNotFound)
}

func TestKurentoCreateRoom(t *testing.T) {
	h := newHouse(t, room.Options{})
	if err := h.CreateRoom("r", room.Settings{}); err != nil {
		t.Fatal(err)
	}
	wantError(t, h.CreateRoom("r", room.Settings{}), 204, "Room 'r' already exists") // as was meant
}

func TestKurentoCloseRoom(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	evicted, err := h.CloseRoom(t.Context(), "r")
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, "evicted", users(evicted), []string{"ann", "bob"})
	_, err = h.CloseRoom(t.Context(), "r")
	wantError(t, err, 202, "Room 'r' not found")
	h.join("r", "cid")
	h.whileClosing(func() {
		_, err := h.CloseRoom(context.Background(), "r")
		wantCode(t, err, room.CodeRoomClosed)
	})
}

func TestKurentoClose(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann")
	h.join("s", "bob")
	h.events.take()
	if err := h.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantSame(t, "rooms closed", len(h.events.take()), 2)
	_, err := h.Join(t.Context(), room.JoinRequest{ID: "x", User: "cid", Room: "r", AutoCreate: true})
	wantCode(t, err, room.CodeRoomClosed) // isClosed
}

func TestKurentoGetParticipantInfo(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann")
	who, err := h.Participant(id("ann"))
	if err != nil || who.Room != "r" || who.User != "ann" || who.ID != id("ann") { // getRoomName, getParticipantName
		t.Errorf("%+v, %v", who, err)
	}
	_, err = h.Participant("x")
	wantCode(t, err, room.CodeUserNotFound)
}

// What updateFilter was used for, a state of the room that everybody follows and
// latecomers find, is the room's metadata.
func TestKurentoUpdateFilter(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	h.events.take()
	_, err := h.Moderate("r").Change(t.Context(), func(s *room.Settings) { s.Metadata = json.RawMessage(`{"filter":"hat"}`) })
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, "events", h.events.take(), []string{`r: changed by "" -> ann,bob`})
	info, err := h.Room(t.Context(), "r") // of the latecomer
	if err != nil || string(info.Metadata) != `{"filter":"hat"}` {
		t.Errorf("the state is %s, %v", info.Metadata, err)
	}
}

func TestKurentoEvictParticipant(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	h.events.take()
	if err := h.Evict(t.Context(), id("bob")); err != nil {
		t.Fatal(err)
	}
	wantSame(t, "events", h.events.take(), []string{"r: bob left (evicted) -> ann", "r: bob evicted"})
}

func TestKurentoSendMessage(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	h.events.take()
	say := func(user, in string) error {
		return h.SendMessage(t.Context(), id("ann"), room.Message{User: user, Room: in, Text: "hello"})
	}
	wantCode(t, say("bob", "r"), room.CodeUserNotFound)
	wantCode(t, say("ann", "s"), room.CodeRoomNotFound)
	if err := say("ann", "r"); err != nil {
		t.Fatal(err)
	}
	wantSame(t, "events", h.events.take(), []string{`r: ann says "hello" -> ann,bob`})
}

// KurentoClientProvider was where applications said who may make which room.
func TestKurentoClientProvider(t *testing.T) {
	h := newHouse(t, room.Options{Policy: creators(func(_, user string) error {
		if user != "ann" {
			return errors.New("not on the list")
		}
		return nil
	})})
	_, err := h.Join(t.Context(), room.JoinRequest{ID: "x", User: "bob", Room: "r", AutoCreate: true})
	wantError(t, err, 204, "User cannot create a new room")
	h.join("r", "ann", "bob") // who only joins is not asked about
}

func TestKurentoRoomException(t *testing.T) {
	h := newHouse(t, room.Options{})
	_, err := h.Participants("absent")
	var refusal *room.Error
	if !errors.As(err, &refusal) || refusal.Code != 202 || refusal.Msg != "Room 'absent' not found" {
		t.Errorf("getCodeValue and getMessage are those of %+v", refusal)
	}
	if !errors.Is(err, room.ErrRoomNotFound) || errors.Is(err, room.ErrRoomClosed) {
		t.Error("codes do not tell errors apart")
	}
}

// The handlers of RoomHandler.
func TestKurentoRoomHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{})
		h.join("r", "ann", "bob")
		h.publish("ann")
		h.subscribe("bob", "ann")
		h.events.take()
		h.media.last(t, "bob").req.Observer.ICECandidate(room.ICECandidate{Candidate: "c"}) // onIceCandidate
		h.media.last(t, "bob").req.Observer.Failed("gone")                                  // onMediaElementError
		synctest.Wait()
		wantSame(t, "events", h.events.take(), []string{
			"r: candidate c of ann -> bob",
			"r: error of ann: CONNECTION_LOST: gone(errCode=303) -> bob",
		})
	})
}

// The handlers of NotificationRoomHandler: answers come before what others are told, and
// the lists are the original's.
func TestKurentoNotificationRoomHandler(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	accepted := func(what string) func() { return func() { h.events.add("%s", what) } }
	answered := func(answer string) { h.events.add("%s", answer) }
	ctx := t.Context()
	_, publish := h.Publish(ctx, id("ann"), room.PublishRequest{Offer: "o", Answered: answered})
	_, subscribe := h.Subscribe(ctx, id("bob"), room.SubscribeRequest{Publisher: "ann", Offer: "s", Answered: answered})
	msg := room.Message{User: "bob", Room: "r", Text: "hi", Accepted: accepted("message accepted")}
	send := h.SendMessage(ctx, id("bob"), msg)
	unpublish := h.Unpublish(ctx, id("ann"), "", accepted("unpublish accepted"))
	_, leave := h.Leave(ctx, id("bob"))
	_, closing := h.CloseRoom(ctx, "r")
	if err := errors.Join(publish, subscribe, send, unpublish, leave, closing); err != nil {
		t.Fatal(err)
	}
	wantSame(t, "events", h.events.take(), []string{
		"r: ann joined -> ", "r: bob joined -> ann", // onParticipantJoined
		"answer to o", "r: ann* published -> bob", // onPublishMedia
		"answer to s",                                      // onSubscribe
		"message accepted", `r: bob says "hi" -> ann*,bob`, // onSendMessage
		"unpublish accepted", "r: ann unpublished -> bob", // onUnpublishMedia
		"r: bob left (left) -> ann", // onParticipantLeft
		"r: closed -> ann",          // onRoomClosed
	})
}
