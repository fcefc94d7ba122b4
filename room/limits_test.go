package room_test

import (
	"testing"

	"github.com/atrium-rtc/atrium/room"
)

func TestLimitsChangeForRoomsThereAre(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob", "cid")
	h.join("s", "dan")
	h.publish("ann", "bob")
	join := func(user, name string) error {
		_, err := h.Join(t.Context(), room.JoinRequest{ID: id(user), User: user, Room: name, AutoCreate: true})
		return err
	}
	subscribe := func(publisher string) error {
		_, err := h.Subscribe(t.Context(), id("cid"), room.SubscribeRequest{Publisher: publisher, Offer: "o"})
		return err
	}

	h.SetLimits(room.Limits{MaxRooms: 2, MaxParticipants: 2, MaxSubscriptions: 1})
	wantError(t, join("eve", "r"), 201, "Room 'r' is full: 2 participants are allowed")
	wantError(t, join("eve", "t"), 204, "No resources left to create new room")
	if err := join("eve", "s"); err != nil {
		t.Errorf("the second of two: %v", err)
	}
	if err := subscribe("ann"); err != nil {
		t.Errorf("the first of one: %v", err)
	}
	wantError(t, subscribe("bob"), 303, "Participant 'cid' may receive at most 1 streams")
	if list, err := h.Participants("r"); err != nil || len(list) != 3 {
		t.Errorf("%d participants (%v) under a limit of 2, want the 3 who were there", len(list), err)
	}

	h.SetLimits(room.Limits{})
	if err := join("fay", "r"); err != nil {
		t.Errorf("without a limit: %v", err)
	}
	if err := join("gil", "t"); err != nil {
		t.Errorf("without a limit: %v", err)
	}
	if err := subscribe("bob"); err != nil {
		t.Errorf("without a limit: %v", err)
	}
}
