package room_test

import (
	"testing"

	"github.com/atrium-rtc/atrium/room"
)

// Who loses a connection to a moderator hears of it, and who ends it itself does not.
func TestWhatIsTakenIsToldToItsOwner(t *testing.T) {
	h, _ := newMeeting(t, room.Options{})
	ctx, mod := t.Context(), h.ModerateAs(id("mod"))
	h.publish("ann", "bob")
	h.subscribe("bob", "ann")
	h.events.take()
	if err := mod.Unpublish(ctx, "ann", ""); err != nil {
		t.Fatal(err)
	}
	wantSame(t, "a stream", h.events.take(), []string{
		"r: ann unpublished -> bob*,mod,watcher",
		"r: error of ann: NOT_PERMITTED: ended by a moderator(errCode=403) -> ann",
	})
	h.publish("ann")
	h.subscribe("bob", "ann")
	h.events.take()
	if err := mod.SetGrants(ctx, "bob", room.Grants{Permissions: room.MayJoin}); err != nil {
		t.Fatal(err)
	}
	got := h.events.take()
	wantSame(t, "grants", got[:len(got)-1], []string{
		"r: bob unpublished -> ann*,mod,watcher",
		"r: error of bob: NOT_PERMITTED: ended by a moderator(errCode=403) -> bob",
		"r: error of ann: NOT_PERMITTED: ended by a moderator(errCode=403) -> bob",
	})
	if err := h.Unpublish(ctx, id("ann"), "", nil); err != nil {
		t.Fatal(err)
	}
	wantSame(t, "its own wish", h.events.take(), []string{"r: ann unpublished -> bob,mod,watcher"})
}
