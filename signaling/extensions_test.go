package signaling_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/room"
)

// withRoles makes those called "mod" moderators, and those called "guest" guests.
func withRoles(s *setup) {
	s.rooms.Policy.Join = func(_ context.Context, req *room.JoinRequest) error {
		for name, role := range map[string]string{"mod": "moderator", "mod2": "moderator", "guest": "guest"} {
			if req.User == name {
				req.Grants = &room.Grants{Role: role, Permissions: auth.DefaultRoles()[role]}
			}
		}
		return nil
	}
}

// modern connects a client that understands the extensions, and joins room "r". It
// returns the members of the answer's result.
func (f *fixture) modern(user, more string) (*client, map[string]json.RawMessage) {
	f.t.Helper()
	c := f.connect()
	c.send(`{"method":"joinRoom","params":{"user":%q,"room":"r","extensions":true%s},"id":1}`, user, more)
	var answer struct {
		Result map[string]json.RawMessage
		Error  json.RawMessage
	}
	if text := c.text(); json.Unmarshal([]byte(text), &answer) != nil || answer.Result == nil {
		f.t.Fatalf("%s could not join: %s", user, text)
	}
	return c, answer.Result
}

// skip drops what has come until now.
func (c *client) skip() {
	c.t.Helper()
	c.send(`{"method":"ping","id":"skip"}`)
	for !strings.HasPrefix(c.text(), `{"id":"skip"`) {
		continue
	}
}

func TestJoiningWithExtensionsTellsOfOneselfAndTheRoom(t *testing.T) {
	f := start(t, withRoles, func(s *setup) { s.rooms.Settings = room.Settings{ChatHistory: 5, MuteOnEntry: room.Audio} })
	ann, got := f.modern("ann", `,"metadata":{"title":"Dr"}`)
	want := map[string]string{
		"value": `[]`, "sessionId": `"` + ann.session + `"`,
		"me":   `{"id":"ann","role":"participant","permissions":["join","publish:audio","publish:video","publish:screen","subscribe","message","data"],"metadata":{"title":"Dr"}}`,
		"room": `{"locked":false,"lobby":false,"muteOnEntry":["audio"],"chatHistory":5}`,
	}
	if diff := cmp.Diff(want, texts(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	ann.publish()
	mod, got := f.modern("mod", ``)
	ann.expect(`{"method":"participantJoined","params":{"id":"mod","role":"moderator"},"jsonrpc":"2.0"}`)
	if want := `[{"id":"ann","streams":[{"id":"webcam","audioMuted":true}],"role":"participant","metadata":{"title":"Dr"}}]`; string(got["value"]) != want {
		t.Errorf("got %s, want %s", got["value"], want)
	}
	mod.silent()
}

func texts(members map[string]json.RawMessage) map[string]string {
	list := make(map[string]string, len(members))
	for name, value := range members {
		list[name] = string(value)
	}
	return list
}

func TestStreamsBesideTheWebcam(t *testing.T) {
	f := start(t)
	ann, _ := f.modern("ann", ``)
	bob, _ := f.modern("bob", ``)
	old := f.member("old", `[{"id":"ann"},{"id":"bob"}]`)
	ann.skip()
	bob.skip()

	ann.call(`{"method":"publishVideo","params":{"sdpOffer":"offer","doLoopback":false,"stream":"screen"},"id":2}`,
		`{"id":2,"result":{"sdpAnswer":"answer to offer","sessionId":"$S"},"jsonrpc":"2.0"}`)
	bob.expect(`{"method":"participantPublished","params":{"id":"ann","streams":[{"id":"screen"}]},"jsonrpc":"2.0"}`)
	bob.call(`{"method":"receiveVideoFrom","params":{"sender":"ann_screen","sdpOffer":"trickle"},"id":3}`,
		`{"id":3,"result":{"sdpAnswer":"answer to trickle","sessionId":"$S"},"jsonrpc":"2.0"}`)
	bob.expect(`{"method":"iceCandidate","params":{"endpointName":"ann","sdpMLineIndex":0,"sdpMid":"0","candidate":"candidate:early","stream":"screen"},"jsonrpc":"2.0"}`)
	old.call(`{"method":"receiveVideoFrom","params":{"sender":"ann_screen","sdpOffer":"o"},"id":3}`,
		`{"id":3,"error":{"code":105,"message":"User 'ann not streaming media in room 'r'","sessionId":"$S"},"jsonrpc":"2.0"}`)

	ann.publish()
	bob.expect(`{"method":"participantPublished","params":{"id":"ann","streams":[{"id":"webcam"}]},"jsonrpc":"2.0"}`)
	old.expect(`{"method":"participantPublished","params":{"id":"ann","streams":[{"id":"webcam"}]},"jsonrpc":"2.0"}`)
	_, got := f.modern("cy", ``)
	if want := `{"id":"ann","streams":[{"id":"screen"},{"id":"webcam"}],"role":"participant"}`; !strings.Contains(string(got["value"]), want) {
		t.Errorf("got %s, want %s", got["value"], want)
	}
	f.member("late", `[{"id":"ann","streams":[{"id":"webcam"}]},{"id":"bob"},{"id":"old"},{"id":"cy"}]`)
	bob.skip()
	old.skip()

	ann.skip()
	ann.call(`{"method":"unpublishVideo","params":{"stream":"screen"},"id":4}`, `{"id":4,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
	bob.expect(`{"method":"participantUnpublished","params":{"name":"ann","streams":[{"id":"screen"}]},"jsonrpc":"2.0"}`)
	ann.call(`{"method":"unpublishVideo","id":5}`, `{"id":5,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
	bob.expect(`{"method":"participantUnpublished","params":{"name":"ann","streams":[{"id":"webcam"}]},"jsonrpc":"2.0"}`)
	old.expect(`{"method":"participantUnpublished","params":{"name":"ann"},"jsonrpc":"2.0"}`)
	old.silent()
}

// A candidate goes to the stream that is named, and to all of the endpoint's when none is.
func TestCandidatesFindTheirStream(t *testing.T) {
	f := start(t)
	ann, _ := f.modern("ann", ``)
	for i, stream := range []string{"webcam", "screen"} {
		ann.call(fmt.Sprintf(`{"method":"publishVideo","params":{"sdpOffer":"offer","doLoopback":false,"stream":%q},"id":%d}`, stream, i),
			fmt.Sprintf(`{"id":%d,"result":{"sdpAnswer":"answer to offer","sessionId":"$S"},"jsonrpc":"2.0"}`, i))
	}
	for i, tc := range []struct {
		params string
		want   int
	}{{`,"stream":"screen"`, 1}, {`,"stream":"webcam"`, 1}, {``, 2}, {`,"stream":"other"`, 0}} {
		before := len(f.media.got())
		ann.call(fmt.Sprintf(`{"method":"onIceCandidate","params":{"endpointName":"ann","candidate":"c","sdpMid":"0","sdpMLineIndex":0%s},"id":%d}`, tc.params, i),
			fmt.Sprintf(`{"id":%d,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`, i))
		if n := len(f.media.got()) - before; n != tc.want {
			t.Errorf("%q went to %d connections, want %d", tc.params, n, tc.want)
		}
	}
}
