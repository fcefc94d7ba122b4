package room_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/atrium-rtc/atrium/room"
)

func TestPreferredLayersReachTheSubscriptionAndEndWithIt(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	h.publish("ann")
	h.subscribe("bob", "ann")
	want := []room.Layers{{Spatial: 0, Temporal: room.AllLayers}, {Spatial: 2, Temporal: 1}}
	for _, layers := range want {
		if err := h.SetPreferredLayers(t.Context(), id("bob"), "ann", room.DefaultStream, layers); err != nil {
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
		return h.SetPreferredLayers(t.Context(), who, publisher, room.DefaultStream, room.Layers{})
	}
	wantError(t, prefer("x", "ann"), 102, "No participant with id 'x' was found")
	wantError(t, prefer(id("bob"), "nobody"), 102, "User nobody not found in room r")
	wantError(t, prefer(id("bob"), "cid"), 105, "User 'cid not streaming media in room 'r'")
	wantError(t, prefer(id("cid"), "ann"), 105, "Participant 'cid' does not receive user 'ann'")
	wantError(t, prefer(id("ann"), "ann"), 105, "Participant 'ann' does not receive user 'ann'")
	if err := h.Unsubscribe(t.Context(), id("bob"), "ann", room.DefaultStream); err != nil {
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
		err := h.SetPreferredLayers(t.Context(), id("bob"), "ann", room.DefaultStream, room.Layers{})
		wantError(t, err, 105, "Participant 'bob' does not receive user 'ann'")
	})
	if err != nil {
		t.Error(err)
	}
}

func TestSubscribedLayersAreToldToThePublisherAfterItsAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{})
		h.join("r", "ann", "bob")
		h.events.take()
		h.media.negotiate = func(_ context.Context, req room.MediaRequest) error {
			req.Observer.SubscribedLayers([]room.SubscribedLayer{{RID: "l"}, {RID: "h"}})
			synctest.Wait() // the room has had its chance to pass it on
			return nil
		}
		answered := func(answer string) { h.events.add("%s", answer) }
		if _, err := h.Publish(t.Context(), id("ann"), room.PublishRequest{Offer: "p", Answered: answered}); err != nil {
			t.Fatal(err)
		}
		h.media.last(t, "ann").req.Observer.SubscribedLayers([]room.SubscribedLayer{{RID: "l", Active: true}, {RID: "h"}})
		synctest.Wait()
		wantSame(t, "events", h.events.take(), []string{
			"answer to p", "r: ann* published -> bob", "r: layers [{l false} {h false}] -> ann*",
			"r: layers [{l true} {h false}] -> ann*",
		})
	})
}

// Neither a subscription nor a publication that is over has anything to say
// about layers.
func TestSubscribedLayersOfAnythingElseAreIgnored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{})
		h.join("r", "ann", "bob")
		h.publish("ann")
		h.subscribe("bob", "ann")
		unpublished, subscription := h.media.last(t, "ann").req.Observer, h.media.last(t, "bob").req.Observer
		h.events.take()
		subscription.SubscribedLayers([]room.SubscribedLayer{{RID: "l"}})
		synctest.Wait()
		wantSame(t, "events", len(h.events.take()), 0)
		if err := h.Unpublish(t.Context(), id("ann"), room.DefaultStream, nil); err != nil {
			t.Fatal(err)
		}
		h.events.take()
		unpublished.SubscribedLayers([]room.SubscribedLayer{{RID: "l"}})
		synctest.Wait()
		wantSame(t, "events", len(h.events.take()), 0)
	})
}

// A room that is busy has only the newest state to tell.
func TestSubscribedLayersDoNotPileUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{})
		h.join("r", "ann")
		h.publish("ann")
		observer := h.media.last(t, "ann").req.Observer
		h.events.take()
		free := h.occupy("ann")
		for i := range 1000 {
			observer.SubscribedLayers([]room.SubscribedLayer{{RID: "l", Active: i%2 == 1}})
		}
		free()
		synctest.Wait()
		wantSame(t, "events", h.events.take(), []string{`r: ann* says "" -> ann*`, "r: layers [{l true}] -> ann*"})
	})
}
