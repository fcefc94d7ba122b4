package room_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/room"
)

func TestJoinTellsTheOthersAndReturnsThem(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann")
	h.publish("ann")
	h.join("r", "bob")
	h.events.take()

	others, err := h.Join(t.Context(), room.JoinRequest{ID: id("Bob"), User: "Bob", Room: "r"})
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, "others", users(others), []string{"ann*", "bob"})
	wantSame(t, "events", h.events.take(), []string{"r: Bob joined -> ann*,bob"})
}

func TestJoinRefusals(t *testing.T) {
	long := strings.Repeat("x", 257)
	policy := creators(func(_, user string) error {
		if user == "mallory" {
			return errors.New("not on the list")
		}
		return nil
	})
	h := newHouse(t, room.Options{MaxRooms: 2, MaxParticipants: 2, Policy: policy})
	h.join("full", "ann", "bob")
	h.join("r", "cid")
	for _, tc := range []struct {
		name     string
		req      room.JoinRequest
		code     room.Code
		sentence string
	}{
		{"duplicate user", room.JoinRequest{ID: "x", User: "cid", Room: "r"}, 104, "User 'cid' already exists in room 'r'"},
		{"same participant again", room.JoinRequest{ID: id("cid"), User: "cid", Room: "r"}, 104, "User 'cid' already exists in room 'r'"},
		{"same participant under another name", room.JoinRequest{ID: id("cid"), User: "Cid", Room: "r"}, 201, "Already in room 'r' as 'cid', leave it first"},
		{"same participant in another room", room.JoinRequest{ID: id("cid"), User: "cid", Room: "s"}, 201, "Already in room 'r' as 'cid', leave it first"},
		{"full room", room.JoinRequest{ID: "x", User: "dan", Room: "full"}, 201, "Room 'full' is full: 2 participants are allowed"},
		{"absent room", room.JoinRequest{ID: "x", User: "dan", Room: "s"}, 202, "Room 's' was not found, must be created before 'dan' can join"},
		{"no more rooms", room.JoinRequest{ID: "x", User: "dan", Room: "s", AutoCreate: true}, 204, "No resources left to create new room"},
		{"forbidden room", room.JoinRequest{ID: "x", User: "mallory", Room: "s", AutoCreate: true}, 204, "User cannot create a new room"},
		{"empty user", room.JoinRequest{ID: "x", Room: "r"}, 999, "Empty user name is not allowed"},
		{"empty room", room.JoinRequest{ID: "x", User: "dan"}, 999, "Empty room name is not allowed"},
		{"empty id", room.JoinRequest{User: "dan", Room: "r"}, 999, "Empty participant id is not allowed"},
		{"long user", room.JoinRequest{ID: "x", User: long, Room: "r"}, 999, "The user name is longer than 256 bytes"},
		{"long room", room.JoinRequest{ID: "x", User: "dan", Room: long}, 999, "The room name is longer than 256 bytes"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := h.Join(t.Context(), tc.req)
			wantError(t, err, tc.code, tc.sentence)
		})
	}
	wantSame(t, "rooms", h.Rooms(), []string{"full", "r"})
	h.join("r", "x-is-free")
	wantSame(t, "errors", raised(h.Stats().Errors), map[room.Code]uint64{104: 2, 201: 3, 202: 1, 204: 2, 999: 5})
}

// creators is a policy that decides by the names who may create rooms.
func creators(allow func(room, user string) error) room.Policy {
	return room.Policy{Create: func(_ context.Context, ask room.CreateRequest, _ *room.Settings) error {
		return allow(ask.Room, ask.User)
	}}
}

func TestPolicyIsAskedOnlyForRoomsThatJoinsCreate(t *testing.T) {
	var asked []string
	h := newHouse(t, room.Options{Policy: creators(func(room, user string) error {
		asked = append(asked, user+" for "+room)
		return nil
	})})
	h.join("r", "ann", "bob")
	if err := h.CreateRoom("s", room.Settings{}); err != nil {
		t.Fatal(err)
	}
	h.join("s", "cid")
	wantSame(t, "asked", asked, []string{"ann for r"})
}

func TestLeaveTellsTheRestAndTheLastOneEndsTheRoom(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	h.publish("bob")
	h.subscribe("ann", "bob")
	h.events.take()

	remaining, err := h.Leave(t.Context(), id("bob"))
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, "remaining", users(remaining), []string{"ann"})
	wantSame(t, "open connections", h.media.open(), 0)

	remaining, err = h.Leave(t.Context(), id("ann"))
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, "remaining", len(remaining), 0)
	wantSame(t, "rooms", h.Rooms(), []string{})
	for range 200 { // the room has ended when Leave returns, not soon after
		h.join("s", "bob")
		if _, err := h.Leave(t.Context(), id("bob")); err != nil {
			t.Fatal(err)
		}
		if rooms := h.Rooms(); len(rooms) != 0 {
			t.Fatalf("after the last one left there is %v", rooms)
		}
	}
	wantSame(t, "events", h.events.take()[:2], []string{"r: bob* left (left) -> ann", "r: ann left (left) -> "})

	_, err = h.Leave(t.Context(), id("ann"))
	wantError(t, err, 102, "No participant with id 'id-ann' was found")
	h.join("r", "ann") // the name, the id and the room can be used again
}

func TestEvictTellsTheOthersFirst(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	h.events.take()
	if err := h.Evict(t.Context(), id("bob")); err != nil {
		t.Fatal(err)
	}
	wantSame(t, "events", h.events.take(), []string{"r: bob left (evicted) -> ann", "r: bob evicted"})
	wantError(t, h.Evict(t.Context(), id("bob")), 102, "No participant with id 'id-bob' was found")
	wantSame(t, "leaves", h.Stats().Leaves, map[room.LeaveReason]uint64{"left": 0, "evicted": 1, "room closed": 0})
}

func TestSendMessageReachesEverybodyAfterItIsAccepted(t *testing.T) {
	h := newHouse(t, room.Options{MaxMessageBytes: 5})
	h.join("r", "ann", "bob")
	h.events.take()
	msg := room.Message{User: "ann", Room: "r", Text: "hello", Accepted: func() { h.events.add("accepted") }}
	if err := h.SendMessage(t.Context(), id("ann"), msg); err != nil {
		t.Fatal(err)
	}
	wantSame(t, "events", h.events.take(), []string{"accepted", `r: ann says "hello" -> ann,bob`})

	for _, tc := range []struct {
		id       room.ParticipantID
		msg      room.Message
		code     room.Code
		sentence string
	}{
		{"x", room.Message{User: "ann", Room: "r"}, 102, "No participant with id 'x' was found"},
		{id("ann"), room.Message{User: "bob", Room: "r"}, 102, "Provided username 'bob' differs from the participant's name"},
		{id("ann"), room.Message{User: "ann", Room: "s"}, 202, "Provided room name 's' differs from the participant's room"},
		{id("ann"), room.Message{User: "ann", Room: "r", Text: "hello!"}, 999, "The message is longer than 5 bytes"},
	} {
		tc.msg.Accepted = func() { t.Error("a refused message was accepted") }
		wantError(t, h.SendMessage(t.Context(), tc.id, tc.msg), tc.code, tc.sentence)
	}
	wantSame(t, "events of refused messages", len(h.events.take()), 0)
}

func TestRoomsAreIsolated(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("a", "ann")
	h.publish("ann")
	h.join("b", "bob")
	_, err := h.Subscribe(t.Context(), id("bob"), room.SubscribeRequest{Publisher: "ann", Offer: "o"})
	wantError(t, err, 102, "User 'ann not found in room 'b'")

	other := room.JoinRequest{ID: "another ann", User: "ann", Room: "b"}
	if _, err := h.Join(context.Background(), other); err != nil {
		t.Errorf("the same name in another room: %v", err)
	}
}
