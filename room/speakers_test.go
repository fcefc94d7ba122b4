package room_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu/speaker"
)

func TestWhoSpeaksIsToldToEverybodyWhenItChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{})
		h.join("r", "ann", "bob", "cid")
		h.publish("ann", "bob")
		h.events.take()
		loud := speaker.Snapshot{Level: -20, Speaking: true, Immediate: 12, Medium: 5, Long: 10}
		quiet := speaker.Snapshot{Level: speaker.Silence}
		ann, bob := h.media.last(t, "ann"), h.media.last(t, "bob")
		ann.speaks(quiet)
		bob.speaks(quiet)
		time.Sleep(time.Second)
		wantSame(t, "events in silence", len(h.events.take()), 0)
		ann.speaks(loud)
		time.Sleep(time.Second)
		wantSame(t, "events", h.events.take(), []string{"r: [{ann -20}] speak, ann above all -> ann*,bob*,cid"})
		ann.speaks(quiet)
		time.Sleep(5 * time.Second)
		wantSame(t, "events", h.events.take(), []string{"r: [] speak, ann above all -> ann*,bob*,cid"})
		bob.speaks(loud)
		time.Sleep(5 * time.Second)
		lines := h.events.take()
		wantSame(t, "last event", lines[len(lines)-1], "r: [{bob -20}] speak, bob above all -> ann*,bob*,cid")
		if len(lines) > 2 {
			t.Errorf("%d events for one change: %v", len(lines), lines)
		}
		if err := h.Unpublish(t.Context(), id("bob"), room.DefaultStream, nil); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		lines = h.events.take()
		wantSame(t, "last event", lines[len(lines)-1], "r: [] speak,  above all -> ann*,bob,cid")
	})
}

func TestNewcomersAreToldWhoSpeaks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{})
		h.join("r", "ann", "bob")
		h.publish("ann")
		h.media.last(t, "ann").speaks(speaker.Snapshot{Level: -20, Speaking: true, Immediate: 12, Medium: 5, Long: 10})
		time.Sleep(time.Second)
		h.events.take()
		h.join("r", "cid", "dan")
		wantSame(t, "joins", len(h.events.take()), 2)
		time.Sleep(time.Minute)
		wantSame(t, "events", h.events.take(), []string{"r: [{ann -20}] speak, ann above all -> cid,dan"})
		h.media.last(t, "ann").speaks(speaker.Snapshot{Level: speaker.Silence})
		time.Sleep(time.Second)
		wantSame(t, "events", h.events.take(), []string{"r: [] speak, ann above all -> ann*,bob,cid,dan"})
		h.join("r", "eve")
		h.events.take()
		time.Sleep(time.Second)
		wantSame(t, "events in silence", h.events.take(), []string{"r: [] speak, ann above all -> eve"})
	})
}

func TestNewcomersOfARoomInWhichNobodyHasSpokenAreToldNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{})
		h.join("r", "ann")
		h.publish("ann")
		h.media.last(t, "ann").speaks(speaker.Snapshot{Level: speaker.Silence})
		time.Sleep(time.Second)
		h.join("r", "bob")
		h.events.take()
		time.Sleep(time.Minute)
		wantSame(t, "events", len(h.events.take()), 0)
	})
}

// However fast the speakers change, those who listen are not flooded.
func TestSpeakersAreToldAFewTimesASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{})
		h.join("r", "ann")
		h.publish("ann")
		ann := h.media.last(t, "ann")
		h.events.take()
		for i := range 1000 { // ten seconds
			ann.speaks(speaker.Snapshot{Level: -20, Speaking: i%2 == 0})
			time.Sleep(10 * time.Millisecond)
		}
		if n := len(h.events.take()); n == 0 || n > 70 {
			t.Errorf("%d events in ten seconds, want some and at most 70", n)
		}
	})
}

func TestARoomWithoutPublishersListensToNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{})
		h.join("r", "ann")
		h.publish("ann")
		if err := h.Unpublish(t.Context(), id("ann"), room.DefaultStream, nil); err != nil {
			t.Fatal(err)
		}
		h.events.take()
		time.Sleep(time.Hour) // a ticker would make this slow
		wantSame(t, "events", len(h.events.take()), 0)
	})
}

func TestTheMainSpeakerIsWhoHoldsTheFloorElseTheFirstWhoPublishes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{})
		_, err := h.MainSpeaker(t.Context(), "r", room.DefaultStream)
		wantError(t, err, room.CodeRoomNotFound, "Room 'r' not found")
		h.join("r", "cid", "ann", "bob")
		_, err = h.MainSpeaker(t.Context(), "r", room.DefaultStream)
		wantError(t, err, room.CodeUserNotStreaming, "Nobody in room 'r' is streaming media")
		h.publish("bob", "ann")
		want := func(user string) {
			t.Helper()
			who, err := h.MainSpeaker(t.Context(), "r", room.DefaultStream)
			if err != nil || who.User != user {
				t.Errorf("%+v, %v; want %s", who, err, user)
			}
		}
		want("ann") // joined before bob
		h.media.last(t, "bob").speaks(speaker.Snapshot{Level: -20, Speaking: true, Immediate: 12, Medium: 5, Long: 10})
		time.Sleep(time.Second)
		want("bob")
	})
}
