package room_test

import (
	"context"
	"testing"

	"github.com/atrium-rtc/atrium/room"
)

func TestRestartICEReachesTheConnectionThatIsNamed(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	h.publish("ann")
	h.subscribe("bob", "ann")
	h.events.take()
	for user, endpoint := range map[string]string{"ann": "ann", "bob": "ann"} {
		credentials := room.ICECredentials{Ufrag: "new of " + user, Password: "p"}
		answer, err := h.RestartICE(context.Background(), id(user), endpoint, room.DefaultStream, credentials)
		if err != nil || answer != "answer to new of "+user {
			t.Errorf("%s: %q, %v", user, answer, err)
		}
		wantSame(t, "events: the candidates stand in the answer", len(h.events.take()), 0)
		wantSame(t, "restarts of "+user, h.media.last(t, user).restarts, []room.ICECredentials{credentials})
	}
}

func TestRestartICEOfWhatIsNotThereIsRefused(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	h.publish("ann")
	good := room.ICECredentials{Ufrag: "u", Password: "p"}
	for _, tt := range []struct {
		who, endpoint string
		code          room.Code
		sentence      string
		with          room.ICECredentials
	}{
		{"zoe", "zoe", room.CodeUserNotFound, "No participant with id 'id-zoe' was found", good},
		{"bob", "bob", room.CodeUserNotStreaming, "Participant 'bob' is not streaming media", good},
		{"bob", "ann", room.CodeUserNotStreaming, "Participant 'bob' does not receive user 'ann'", good},
		{"ann", "ann", room.CodeSDP, "Unable to restart ICE on the connection 'ann' of 'ann'", room.ICECredentials{Ufrag: "bad"}},
	} {
		_, err := h.RestartICE(context.Background(), id(tt.who), tt.endpoint, room.DefaultStream, tt.with)
		wantError(t, err, tt.code, tt.sentence)
	}
}
