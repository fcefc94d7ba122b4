package room_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atrium-rtc/atrium/room"
)

func TestVideoPreferencesReachTheSubscriptionAndEndWithIt(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	h.publish("ann")
	h.subscribe("bob", "ann")
	want := []room.VideoPreference{
		{MaxWidth: 320, MaxHeight: 180, Priority: room.PriorityThumbnail},
		{Priority: room.PriorityPinned, Prefer: room.PreferSharpness},
	}
	for _, p := range want {
		if err := h.SetVideoPreference(t.Context(), id("bob"), "ann", room.DefaultStream, p); err != nil {
			t.Fatal(err)
		}
	}
	wantSame(t, "preferences", h.media.last(t, "bob").videos, want)
	h.subscribe("bob", "ann")
	wantSame(t, "preferences of the next subscription", len(h.media.last(t, "bob").videos), 0)
}

func TestWhatOneDoesNotReceiveHasNoPreferencesNorStatistics(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	h.publish("ann")
	for name, ask := range map[string]func(room.ParticipantID, string) error{
		"preference": func(who room.ParticipantID, publisher string) error {
			return h.SetVideoPreference(t.Context(), who, publisher, room.DefaultStream, room.VideoPreference{})
		},
		"statistics": func(who room.ParticipantID, publisher string) error {
			return h.ReportStatistics(t.Context(), who, publisher, room.DefaultStream, room.ReceiverStatistics{})
		},
	} {
		t.Run(name, func(t *testing.T) {
			wantError(t, ask("x", "ann"), 102, "No participant with id 'x' was found")
			wantError(t, ask(id("bob"), "nobody"), 102, "User nobody not found in room r")
			wantError(t, ask(id("bob"), "ann"), 105, "Participant 'bob' does not receive user 'ann'")
		})
	}
	_, err := h.Quality(t.Context(), "x")
	wantError(t, err, 102, "No participant with id 'x' was found")
}

func TestQualityIsThatOfAllStreamsReceived(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob", "cid")
	h.publish("ann", "bob")
	h.subscribe("cid", "bob")
	of := h.media.last(t, "cid")
	of.quality = []room.TrackQuality{{Kind: room.Video, Score: 4.2, Freezes: 1, Frozen: time.Second}}
	h.subscribe("cid", "ann")
	got, err := h.Quality(t.Context(), id("cid"))
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, "quality", got, []room.StreamQuality{{Publisher: "ann", Stream: room.DefaultStream}, {Publisher: "bob", Stream: room.DefaultStream, Tracks: of.quality}})
	if err := h.ReportStatistics(t.Context(), id("cid"), "bob", room.DefaultStream, room.ReceiverStatistics{Freezes: 3}); err != nil {
		t.Fatal(err)
	}
	wantSame(t, "reported", of.reported, []room.ReceiverStatistics{{Freezes: 3}})
}

func TestPausedVideoIsToldToItsReceiverAfterTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{})
		h.join("r", "ann", "bob")
		h.publish("ann")
		h.events.take()
		h.media.negotiate = func(_ context.Context, req room.MediaRequest) error {
			req.Observer.Delivery(room.DeliveryState{Paused: true, Estimate: 180_000})
			synctest.Wait() // the room has had its chance to pass it on
			return nil
		}
		answered := func(answer string) { h.events.add("%s", answer) }
		req := room.SubscribeRequest{Publisher: "ann", Stream: room.DefaultStream, Offer: "p", Answered: answered}
		if _, err := h.Subscribe(t.Context(), id("bob"), req); err != nil {
			t.Fatal(err)
		}
		observer := h.media.last(t, "bob").req.Observer
		observer.Delivery(room.DeliveryState{Paused: true, Estimate: 170_000}) // no news
		synctest.Wait()
		observer.Delivery(room.DeliveryState{Estimate: 900_000})
		synctest.Wait()
		wantSame(t, "events", h.events.take(), []string{
			"answer to p", "r: video of ann paused by bandwidth at 180000 -> bob", "r: video of ann resumed at 900000 -> bob",
		})
		if err := h.Unsubscribe(t.Context(), id("bob"), "ann", room.DefaultStream); err != nil {
			t.Fatal(err)
		}
		observer.Delivery(room.DeliveryState{Paused: true})
		h.media.last(t, "ann").req.Observer.Delivery(room.DeliveryState{Paused: true})
		synctest.Wait()
		wantSame(t, "events of what is over, and of a publication", len(h.events.take()), 0)
	})
}

func TestConnectionsOfOneParticipantHaveOneSession(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob", "cid")
	h.join("s", "dan", "eve")
	h.publish("ann", "bob", "dan")
	session := func(user, publisher string) string {
		h.subscribe(user, publisher)
		return h.media.last(t, user).req.Session
	}
	first, second, other := session("cid", "ann"), session("cid", "bob"), session("eve", "dan")
	if first == "" || first != second || first == other {
		t.Errorf("sessions %q and %q of one participant, %q of another", first, second, other)
	}
}
