package signaling_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/atrium-rtc/atrium/room"
)

func TestAPanicEndsItsSessionAlone(t *testing.T) {
	f := start(t, func(s *setup) {
		s.CustomRequest = func(context.Context, room.ParticipantInfo, json.RawMessage) (any, error) { panic("a bug") }
	})
	ann := f.member("ann", `[]`)
	bob := f.member("bob", `[{"id":"ann"}]`)
	ann.expect(`{"method":"participantJoined","params":{"id":"bob"},"jsonrpc":"2.0"}`)
	bob.send(`{"method":"customRequest","params":{},"id":5}`)
	bob.expectClose(1011, "a fault of the server")
	ann.expect(`{"method":"participantLeft","params":{"name":"bob"},"jsonrpc":"2.0"}`)
	ann.publish()
	if stats := f.server.Stats(); stats.Panics != 1 || stats.SessionsEnded["fault"] != 1 {
		t.Errorf("%d panics, %d sessions ended by one, want 1 and 1", stats.Panics, stats.SessionsEnded["fault"])
	}
	f.member("bob", `[{"id":"ann","streams":[{"id":"webcam"}]}]`)
}
