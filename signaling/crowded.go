package signaling

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling/api"
)

// retryBusy is when a newcomer who was refused may try again: the load is a mean of
// ten seconds, and has to be low for that.
const retryBusy = 15 * time.Second

// crowded reports whether a join is to be refused because the server is busy. Who has
// waited in a lobby (again) is no newcomer, and neither is who has a participant of that
// name in the room: it is the same person coming back, or is refused all the same.
func (s *Session) crowded(join room.JoinRequest) bool {
	busy := s.server.opts.Load().Busy
	if busy == nil || !busy() || s.pass.Load() != nil {
		return false
	}
	present, err := s.server.manager.Participants(join.Room)
	if err != nil {
		return true // no such room
	}
	for _, participant := range present {
		if participant.User == join.User {
			return false
		}
	}
	return true
}

// busyError is what a newcomer is told.
func (s *Session) busyError() *api.Error {
	seconds := int(retryBusy.Seconds())
	return &api.Error{
		Code:    api.Code(room.CodeBusy),
		Message: fmt.Sprintf("The server is busy and lets nobody in at the moment. Try again in %d seconds", seconds),
		Data:    json.RawMessage(fmt.Sprintf(`{"retryAfter":%d}`, seconds)), SessionID: string(s.id),
	}
}
