package signaling_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/atrium-rtc/atrium/room"
)

// visitorKey is under what the middleware of these tests leaves its visitor's name.
type visitorKey struct{}

func TestPolicyFindsWhatTheMiddlewareLeftInTheHandshakesContext(t *testing.T) {
	f := newFixture(t, func(s *setup) {
		s.rooms.Policy.Join = func(ctx context.Context, req *room.JoinRequest) error {
			name, _ := ctx.Value(visitorKey{}).(string)
			if name == "" {
				return &room.Error{Code: room.CodeNotPermitted, Msg: "nobody knows you"}
			}
			req.User = name
			return nil
		}
	})
	f.http = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := context.WithValue(r.Context(), visitorKey{}, r.Header.Get("X-Visitor"))
		f.server.Handler().ServeHTTP(w, r.WithContext(ctx))
	}))
	t.Cleanup(func() {
		f.stop()
		f.http.Close()
	})
	stranger := f.connect()
	stranger.send(`{"method":"joinRoom","params":{"user":"ann","room":"r"},"id":1}`)
	stranger.text()
	known, _, err := handshake(t, f.dial(), "localhost", "X-Visitor: ann")
	if err != nil {
		t.Fatal(err)
	}
	known.pump()
	known.send(`{"method":"joinRoom","params":{"user":"whoever","room":"r"},"id":1}`)
	known.text()
	list, err := f.manager.Participants("r")
	if err != nil || len(list) != 1 || list[0].User != "ann" {
		t.Errorf("in the room: %+v, %v; want ann alone", list, err)
	}
}
