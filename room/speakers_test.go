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
		if err := h.Unpublish(t.Context(), id("bob"), nil); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		lines = h.events.take()
		wantSame(t, "last event", lines[len(lines)-1], "r: [] speak,  above all -> ann*,bob,cid")
	})
}

func TestARoomWithoutPublishersListensToNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{})
		h.join("r", "ann")
		h.publish("ann")
		if err := h.Unpublish(t.Context(), id("ann"), nil); err != nil {
			t.Fatal(err)
		}
		h.events.take()
		time.Sleep(time.Hour) // a ticker would make this slow
		wantSame(t, "events", len(h.events.take()), 0)
	})
}
