package signaling_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

// Many clients join, talk and leave at once. Nobody hears of a room before the
// answer to its own joinRoom, everybody gets an answer to everything, and at
// the end nothing is left.
func TestManyJoinAndLeaveAtOnce(t *testing.T) {
	f := start(t)
	const clients, rounds = 40, 3
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() {
			for range rounds {
				if err := stay(f, fmt.Sprintf("user%d", i)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	if rooms := f.manager.Rooms(); len(rooms) != 0 {
		t.Errorf("rooms %q are left", rooms)
	}
	f.stop()
	s := f.server.Stats()
	if s.Sockets != 0 || s.Sessions != 0 || s.SessionsEnded["left"] != clients*rounds {
		t.Errorf("left over: %+v", s)
	}
}

// stay joins, publishes, says something, and leaves.
func stay(f *fixture, user string) error {
	conn := f.dial()
	c, _, err := handshake(f.t, conn, "localhost")
	if err != nil {
		return err
	}
	c.pump()
	defer func() { _ = conn.Close() }()
	for id, request := range []string{
		`"joinRoom","params":{"user":"%s","room":"r"}`,
		`"publishVideo","params":{"sdpOffer":"trickle","doLoopback":false}`,
		`"sendMessage","params":{"message":"m","userMessage":"%s","roomMessage":"r"}`,
		`"leaveRoom"`,
	} {
		request = fmt.Sprintf(`{"id":%d,"method":%s}`, id, strings.ReplaceAll(request, "%s", user))
		if err := c.frame(opText, request); err != nil {
			return fmt.Errorf("%s: %w", request, err)
		}
		for {
			op, got, err := c.next()
			if err != nil || op != opText {
				return fmt.Errorf("%s: frame %d %q %w", request, op, got, err)
			}
			if strings.HasPrefix(got, fmt.Sprintf(`{"id":%d,"result":`, id)) {
				break
			}
			if id == 0 || !strings.HasPrefix(got, `{"method":`) {
				return fmt.Errorf("%s: got %s before the answer", request, got)
			}
		}
	}
	return nil
}
