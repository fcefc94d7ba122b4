package signaling_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/room"
)

const joinedAlone = `{"id":1,"result":{"value":[],"sessionId":"$S"},"jsonrpc":"2.0"}`

func TestTheRoomLearnsWhatATokenSays(t *testing.T) {
	f := start(t, withTokens(control(t)))
	ann := claims("ann").with(doc{"atrium": doc{
		"room": "r", "grants": []string{"join", "subscribe", "message", "moderate"}, "role": "guest",
		"metadata": doc{"team": "red"},
	}})
	f.connect().call(joinWith("ann", signed(ann)), joinedAlone)
	list, err := f.manager.Participants("r")
	if err != nil || len(list) != 1 {
		t.Fatalf("%v, %v", list, err)
	}
	got := list[0]
	want := room.ParticipantInfo{
		ID: got.ID, User: "ann", Room: "r", Identity: "sub of ann", Role: "guest", Metadata: []byte(`{"team":"red"}`),
		Permissions: room.MayJoin | room.MaySubscribe | room.MayMessage | room.MayModerate,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestNothingIsAllowedThatTheTokenDoesNotGrant(t *testing.T) {
	f := start(t, withTokens(control(t)))
	bob := f.connect()
	bob.call(joinWith("bob", signed(claims("bob"))), joinedAlone)
	bob.publish()
	sue := f.connect()
	sue.call(joinWith("sue", signed(claims("sue"))), `{"id":1,"result":{"value":[{"id":"bob","streams":[{"id":"webcam"}]}],"sessionId":"$S"},"jsonrpc":"2.0"}`)
	sue.publish()

	ann := f.connect()
	ann.send("%s", joinWith("ann", signed(claims("ann").with(doc{"atrium": doc{"room": "r", "role": "guest", "limits": doc{"subscriptions": 1, "bitrate": 700_000}}}))))
	ann.text()
	const sound = `v=0\\r\\nm=audio 9 UDP/TLS/RTP/SAVPF 111\\r\\na=sendonly\\r\\n`
	for _, request := range []string{
		`{"id":5,"method":"publishVideo","params":{"sdpOffer":"` + sound + `","doLoopback":false}}`,
		`{"id":6,"method":"sendMessage","params":{"message":"m","userMessage":"ann","roomMessage":"r"}}`,
	} {
		ann.send("%s", request)
		if got := ann.text(); !strings.Contains(got, `"code":403`) {
			t.Errorf("%s: %s", request, got)
		}
	}
	ann.send(`{"id":7,"method":"receiveVideoFrom","params":{"sender":"bob_webcam","sdpOffer":"o"}}`)
	if got := ann.text(); !strings.Contains(got, `"sdpAnswer"`) {
		t.Errorf("receiving: %s", got)
	}
	ann.send(`{"id":8,"method":"receiveVideoFrom","params":{"sender":"sue_webcam","sdpOffer":"o"}}`)
	if got := ann.text(); !strings.Contains(got, `"code":303`) {
		t.Errorf("receiving a second one: %s", got)
	}
	if got := f.media.mostOf("ann"); got != 700_000 {
		t.Errorf("the media server is told to send at most %d bit/s", got)
	}
}

// A name that many may take is not taken from somebody else whose socket is lost.
func TestALostSessionGivesWayToItsOwnPersonAlone(t *testing.T) {
	guest := func(sub string) string {
		return signed(claims("x").with(doc{"sub": sub, "jti": nil, "atrium": doc{"room": "r", "users": []string{"guest-*"}, "role": "participant"}}))
	}
	c := control(t)
	inBubble(t, func(t *testing.T, f *fixture) {
		first := f.connect()
		first.call(joinWith("guest-1", guest("one")), joinedAlone)
		_ = first.conn.Close()
		synctest.Wait()
		second := f.connect()
		second.send("%s", joinWith("guest-1", guest("two")))
		if got := second.text(); !strings.Contains(got, `"code":104`) {
			t.Errorf("somebody else: %s", got)
		}
		f.connect().call(joinWith("guest-1", guest("one")), joinedAlone)
	}, withTokens(c))
}

func TestWhoWaitsIsRevokedToo(t *testing.T) {
	c := control(t)
	f := start(t, withTokens(c))
	if err := f.manager.CreateRoom("r", room.Settings{Lobby: true}); err != nil {
		t.Fatal(err)
	}
	ann := f.connect()
	ann.send("%s", joinWith("ann", signed(claims("ann"))))
	if got := ann.text(); !strings.Contains(got, `"code":425`) {
		t.Fatal(got)
	}
	if ended, err := c.Revoke(auth.Revocation{Token: "id of ann"}, time.Now()); ended != 1 || err != nil {
		t.Errorf("%d ended, %v", ended, err)
	}
	waitFor(t, "nobody to wait", func() bool {
		list, err := f.manager.Moderate("r").Waiting(t.Context())
		return err == nil && len(list) == 0
	})
}
