package room_test

import (
	"context"
	"errors"
	"testing"

	"github.com/atrium-rtc/atrium/room"
)

func TestTheApplicationReadsWhatEverybodyGot(t *testing.T) {
	h := newHouse(t, room.Options{})
	if err := h.CreateRoom("r", room.Settings{ChatHistory: 2}); err != nil {
		t.Fatal(err)
	}
	h.join("r", "ann", "bob")
	of := h.Moderate("r")
	for _, text := range []string{"one", "two", "three"} {
		if err := of.Message(context.Background(), text); err != nil {
			t.Fatal(err)
		}
	}
	if err := of.Message(context.Background(), "for bob", "bob"); err != nil {
		t.Fatal(err)
	}
	list, err := of.History(context.Background())
	if err != nil || len(list) != 2 || list[0].Text != "two" || list[1].Text != "three" || list[0].User != "" {
		t.Errorf("%+v %v", list, err)
	}
	if _, err := h.Moderate("no").History(context.Background()); !errors.Is(err, room.ErrRoomNotFound) {
		t.Error(err)
	}
}
