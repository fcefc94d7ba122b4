package room_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/room"
)

// ends writes down how rooms end.
type ends struct {
	room.NopHandler
	heard []string
}

func (e *ends) OnLeft(room.LeftEvent)             { e.heard = append(e.heard, "left") }
func (e *ends) OnRoomClosed(room.RoomClosedEvent) { e.heard = append(e.heard, "closed") }
func (e *ends) OnRoomEnded(g room.RoomEndedEvent) { e.heard = append(e.heard, "ended "+g.Room) }

func TestTheEndOfARoomIsToldOnceHoweverItEnds(t *testing.T) {
	for name, c := range map[string]struct {
		end  func(*house)
		want []string
	}{
		"the last one leaves": {func(h *house) { _, _ = h.Leave(context.Background(), id("ann")) }, []string{"left", "ended r"}},
		"closed":              {func(h *house) { _, _ = h.CloseRoom(context.Background(), "r") }, []string{"closed", "ended r"}},
		"the server ends":     {func(h *house) { _ = h.Close(context.Background()) }, []string{"closed", "ended r"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, e := newHouse(t, room.Options{}), &ends{}
				h.Handle(e)
				h.join("r", "ann")
				c.end(h)
				synctest.Wait()
				if diff := cmp.Diff(c.want, e.heard); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}
