package signaling_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/room"
)

// Eve is a moderator of her own room "mine", and tries everything with what belongs to the room "theirs", where ann publishes:
// names of users, of the room, of streams, and ann's own session id. Each answer must be the one that she gets for what does
// not exist anywhere, and ann must notice nothing.
func TestAnAttackerInAnotherRoomLearnsAndDoesNothing(t *testing.T) {
	for _, request := range []string{
		`"receiveVideoFrom","params":{"sender":"USER_webcam","sdpOffer":"o"}`,
		`"unsubscribeFromVideo","params":{"sender":"USER_webcam"}`,
		`"setPreferredLayers","params":{"sender":"USER_webcam","spatialLayer":0}`,
		`"setVideoPreferences","params":{"sender":"USER_webcam","maxWidth":160,"maxHeight":90}`,
		`"getQuality","params":{"sender":"USER_webcam"}`,
		`"reportStatistics","params":{"sender":"USER_webcam"}`,
		`"restartIce","params":{"endpointName":"USER","sdpOffer":"o"}`,
		`"onIceCandidate","params":{"endpointName":"USER","candidate":"c","sdpMid":"0","sdpMLineIndex":0}`,
		`"sendMessage","params":{"message":"m","userMessage":"USER","roomMessage":"mine"}`,
		`"sendMessage","params":{"message":"m","userMessage":"eve","roomMessage":"PLACE"}`,
		`"sendData","params":{"to":["USER"],"data":1}`,
		`"muteParticipant","params":{"user":"USER","audio":true}`,
		`"askToUnmute","params":{"user":"USER","audio":true}`,
		`"unpublishParticipant","params":{"user":"USER"}`,
		`"evictParticipant","params":{"user":"USER"}`,
		`"evictParticipant","params":{"user":"USER","banSeconds":60}`,
		`"unbanParticipant","params":{"user":"USER"}`,
		`"admitParticipant","params":{"user":"USER"}`,
		`"denyParticipant","params":{"user":"USER"}`,
		`"changeGrants","params":{"user":"USER","role":"guest"}`,
		`"raiseHand","params":{"user":"USER","raised":false}`,
		`"muteAll","params":{"audio":true,"room":"PLACE"}`,
		`"changeRoom","params":{"locked":true,"room":"PLACE"}`,
		`"getChatHistory","params":{"room":"PLACE"}`,
		`"getRoom","params":{"room":"PLACE"}`,
		`"unpublishVideo","params":{"sessionId":"ID","user":"USER"}`,
		`"publishVideo","params":{"sdpOffer":"o","doLoopback":false,"sessionId":"ID"}`,
		`"joinRoom","params":{"user":"eve","room":"PLACE"}`,
		`"joinRoom","params":{"user":"USER","room":"PLACE","sessionId":"ID"}`,
		`"customRequest","params":{"room":"PLACE"}`,
	} {
		t.Run(request, func(t *testing.T) {
			inBubble(t, func(t *testing.T, f *fixture) {
				ann := f.extendedIn("theirs", "ann")
				ann.publish()
				attack := func(user, place, id string) string {
					eve := f.extendedIn("mine", "eve")
					got := eve.answer(strings.NewReplacer("USER", user, "PLACE", place, "ID", id).Replace(request))
					_ = eve.frame(opClose, "\x03\xe8")
					synctest.Wait()
					return strings.NewReplacer(user, "USER", place, "PLACE", id, "ID").Replace(got)
				}
				there := attack("ann", "theirs", ann.session)
				nowhere := attack("zoe", "nowhere", "dv41ks9hj761rndhcc8nd8cj8q")
				if there != nowhere {
					t.Errorf("what is there: %s\nwhat is not:   %s", there, nowhere)
				}
				ann.silent()
				for _, name := range f.manager.Rooms() {
					if list, _ := f.manager.Participants(name); name != "theirs" || len(list) != 1 || !list[0].Publishing || list[0].Role != "moderator" {
						t.Errorf("room %s has %+v", name, list)
					}
				}
			}, everybodyModerates)
		})
	}
}

func everybodyModerates(s *setup) {
	s.rooms.Policy.Join = func(_ context.Context, req *room.JoinRequest) error {
		req.Grants = &room.Grants{Role: "moderator", Permissions: auth.DefaultRoles()["moderator"]}
		return nil
	}
}

// extendedIn connects and joins a room with the extensions.
func (f *fixture) extendedIn(place, user string) *client {
	f.t.Helper()
	c := f.connect()
	if got := c.answer(fmt.Sprintf(`"joinRoom","params":{"user":%q,"room":%q,"extensions":true}`, user, place)); codeOf(f.t, got) != 0 {
		f.t.Fatal(got)
	}
	return c
}

// Whether a room is there cannot be measured with a token that is not for it either: the token is judged first, and a
// refused one never gets to where rooms are known. So the time of the answer has nothing to tell.
func TestARefusedTokenNeverReachesTheRooms(t *testing.T) {
	asked := 0
	f := start(t, withTokens(control(t)), func(s *setup) {
		s.rooms.Policy.Create = func(context.Context, room.CreateRequest, *room.Settings) error { asked++; return nil }
		s.rooms.Policy.Join = func(context.Context, *room.JoinRequest) error { asked++; return nil }
	})
	if err := f.manager.CreateRoom("r", room.Settings{}); err != nil {
		t.Fatal(err)
	}
	asked = 0
	for name, bad := range badTokens(t) {
		if bad.want == auth.ReasonRevoked {
			continue // it is a good one here
		}
		f.connect().call(joinWith("ann", bad.token), `{"id":1,"error":{"code":401,"message":"the token is not accepted","sessionId":"$S"},"jsonrpc":"2.0"}`)
		if s := f.manager.Stats(); asked != 0 || s.Joins != 0 || s.Errors[room.CodeTokenRefused] != 0 {
			t.Fatalf("%s: the rooms were asked: %d, %+v", name, asked, s)
		}
	}
}

// The endpoints of administrators say the same of rooms that there are and of others.
func TestStrangersAreToldTheSameOfEveryRoom(t *testing.T) {
	for mode, set := range map[string]func(*setup){
		"with tokens":      withTokens(control(t)),
		"with an admin":    func(s *setup) { s.AdminToken = "s3cret" },
		"on this machine":  func(*setup) {},
		"token and admins": func(s *setup) { s.Admission, s.AdminToken = control(t), "s3cret" },
	} {
		f := start(t, set)
		if err := f.manager.CreateRoom("r", room.Settings{}); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"/close?room=", "/getAllRooms?room="} {
			if mode == "on this machine" && path != "/close?room=" || mode == "with an admin" && path != "/close?room=" {
				continue // in open mode names are public, as Kurento has it
			}
			there, a := f.get("POST", path+"r", "X-Forwarded-For: 192.0.2.1")
			nowhere, b := f.get("POST", path+"nowhere", "X-Forwarded-For: 192.0.2.1")
			if there.StatusCode != nowhere.StatusCode || a != b || there.StatusCode < http.StatusBadRequest {
				t.Errorf("%s: %s: %d %q and %d %q", mode, path, there.StatusCode, a, nowhere.StatusCode, b)
			}
		}
		if len(f.manager.Rooms()) != 1 {
			t.Errorf("%s: the room was closed", mode)
		}
	}
}
