package main

import (
	"log/slog"

	"github.com/atrium-rtc/atrium/room"
)

// doorbell hears who comes and goes. It is called on the room's goroutine: it may log,
// count, and send to a channel that has room, and must not wait nor call the Manager.
type doorbell struct {
	room.NopHandler // ignores all other events
	logger          *slog.Logger
}

// OnJoined implements room.EventHandler.
func (d doorbell) OnJoined(e room.JoinedEvent) {
	d.logger.Info("somebody came", "room", e.Participant.Room, "user", e.Participant.User, "before", len(e.Others))
}

// OnLeft implements room.EventHandler.
func (d doorbell) OnLeft(e room.LeftEvent) {
	d.logger.Info("somebody went", "room", e.Participant.Room, "user", e.Participant.User, "why", e.Reason)
}
