package signaling

import (
	"encoding/json"
	"fmt"

	"github.com/atrium-rtc/atrium/internal/overload"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling/api"
)

// crowded reports whether a join is to be refused because the server is busy. Who has
// waited in a lobby (again) is no newcomer, and neither is who has a participant of that
// name in the room: it is the same person coming back, or is refused all the same.
func (s *Session) crowded(join room.JoinRequest) bool {
	busy := s.server.opts.Load().Busy
	if busy == nil || !busy() || s.pass.Load() != nil {
		return false
	}
	_, present, err := s.server.holder(join) // an error is that there is no such room
	return err != nil || !present
}

// busyError is what a newcomer is told.
func (s *Session) busyError() *api.Error {
	seconds := int(overload.RetryAfter.Seconds())
	return &api.Error{
		Code:    api.Code(room.CodeBusy),
		Message: fmt.Sprintf("The server is busy and lets nobody in at the moment. Try again in %d seconds", seconds),
		Data:    json.RawMessage(fmt.Sprintf(`{"retryAfter":%d}`, seconds)), SessionID: string(s.id),
	}
}
