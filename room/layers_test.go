package room_test

import (
	"context"
	"testing"

	"github.com/atrium-rtc/atrium/room"
)

func TestPreferredLayersReachTheSubscriptionAndEndWithIt(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	h.publish("ann")
	h.subscribe("bob", "ann")
	want := []room.Layers{{Spatial: 0, Temporal: room.AllLayers}, {Spatial: 2, Temporal: 1}}
	for _, layers := range want {
		if err := h.SetPreferredLayers(t.Context(), id("bob"), "ann", layers); err != nil {
			t.Fatal(err)
		}
	}
	wantSame(t, "layers", h.media.last(t, "bob").preferred(), want)
	h.subscribe("bob", "ann")
	wantSame(t, "layers of the next subscription", len(h.media.last(t, "bob").preferred()), 0)
}

func TestPreferredLayersRefusals(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob", "cid")
	h.publish("ann")
	h.subscribe("bob", "ann")
	prefer := func(who room.ParticipantID, publisher string) error {
		return h.SetPreferredLayers(t.Context(), who, publisher, room.Layers{})
	}
	wantError(t, prefer("x", "ann"), 102, "No participant with id 'x' was found")
	wantError(t, prefer(id("bob"), "nobody"), 102, "User nobody not found in room r")
	wantError(t, prefer(id("bob"), "cid"), 105, "User 'cid not streaming media in room 'r'")
	wantError(t, prefer(id("cid"), "ann"), 105, "Participant 'cid' does not receive user 'ann'")
	wantError(t, prefer(id("ann"), "ann"), 105, "Participant 'ann' does not receive user 'ann'")
	if err := h.Unsubscribe(t.Context(), id("bob"), "ann"); err != nil {
		t.Fatal(err)
	}
	wantError(t, prefer(id("bob"), "ann"), 105, "Participant 'bob' does not receive user 'ann'")
	wantSame(t, "layers", len(h.media.last(t, "bob").preferred()), 0)
}

func TestASubscriptionBeingNegotiatedHasNoLayersToChoose(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	h.publish("ann")
	err := h.slowly(func() error {
		_, err := h.Subscribe(context.Background(), id("bob"), room.SubscribeRequest{Publisher: "ann", Offer: "o"})
		return err
	}, false, func() {
		err := h.SetPreferredLayers(t.Context(), id("bob"), "ann", room.Layers{})
		wantError(t, err, 105, "Participant 'bob' does not receive user 'ann'")
	})
	if err != nil {
		t.Error(err)
	}
}
