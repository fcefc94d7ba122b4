package signaling_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/room"
)

// The traps into which servers for Kurento's clients fall, one test each.

func TestTrap01ZeroesAreKept(t *testing.T) {
	f := start(t)
	c := f.connect()
	c.call(`{"jsonrpc":"2.0","method":"joinRoom","params":{"user":"ann","room":"r"},"id":0}`,
		`{"id":0,"result":{"value":[],"sessionId":"$S"},"jsonrpc":"2.0"}`)
	c.publish()
	f.media.observer("ann").ICECandidate(room.ICECandidate{Candidate: "candidate:1"})
	c.expect(`{"method":"iceCandidate","params":{"endpointName":"ann","sdpMLineIndex":0,"sdpMid":"","candidate":"candidate:1"},"jsonrpc":"2.0"}`)
}

func TestTrap02NotificationsHaveNoID(t *testing.T) {
	f := start(t)
	ann := f.member("ann", `[]`)
	f.member("bob", `[{"id":"ann"}]`)
	if got := ann.text(); strings.Contains(got, `"id":null`) || got != `{"method":"participantJoined","params":{"id":"bob"},"jsonrpc":"2.0"}` {
		t.Errorf("got %s", got)
	}
}

func TestTrap03JoinWrapsTheListAndOmitsEmptyStreams(t *testing.T) {
	f := start(t)
	ann := f.member("ann", `[]`)
	ann.publish()
	f.member("bob", `[{"id":"ann","streams":[{"id":"webcam"}]}]`)
	f.member("cy", `[{"id":"ann","streams":[{"id":"webcam"}]},{"id":"bob"}]`)
}

func TestTrap04AndroidSendsStrings(t *testing.T) {
	f := start(t)
	c := f.connect()
	c.call(`{"jsonrpc":"2.0","method":"joinRoom","params":{"user":"ann","room":"r","dataChannels":"true"},"id":123}`,
		`{"id":123,"result":{"value":[],"sessionId":"$S"},"jsonrpc":"2.0"}`)
	c.call(`{"method":"publishVideo","params":{"sdpOffer":"o","doLoopback":"false"},"id":124}`,
		`{"id":124,"result":{"sdpAnswer":"answer to o","sessionId":"$S"},"jsonrpc":"2.0"}`)
	c.call(`{"method":"onIceCandidate","params":{"endpointName":"ann","candidate":"candidate:9","sdpMid":"video","sdpMLineIndex":"1"},"id":"125"}`,
		`{"id":"125","result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
	want := []room.ICECandidate{{Candidate: "candidate:9", SDPMid: "video", SDPMLineIndex: 1}}
	if diff := cmp.Diff(want, f.media.got()); diff != "" {
		t.Error(diff)
	}
}

func TestTrap05NameAndIDAreNotMixedUp(t *testing.T) {
	f := start(t)
	ann := f.member("ann", `[]`)
	bob := f.member("bob", `[{"id":"ann"}]`)
	ann.expect(`{"method":"participantJoined","params":{"id":"bob"},"jsonrpc":"2.0"}`)
	bob.publish()
	ann.expect(`{"method":"participantPublished","params":{"id":"bob","streams":[{"id":"webcam"}]},"jsonrpc":"2.0"}`)
	bob.call(`{"method":"unpublishVideo","id":3}`, `{"id":3,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
	ann.expect(`{"method":"participantUnpublished","params":{"name":"bob"},"jsonrpc":"2.0"}`)
	bob.call(`{"method":"leaveRoom","id":4}`, `{"id":4,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
	ann.expect(`{"method":"participantLeft","params":{"name":"bob"},"jsonrpc":"2.0"}`)
}

func TestTrap06PingAlwaysSucceeds(t *testing.T) {
	f := start(t)
	c := f.connect()
	for _, params := range []string{`{"interval":5000}`, `{"interval":{}}`, `{"interval":-1}`, `[]`, `{"token":"x"}`, `null`} {
		c.call(`{"jsonrpc":"2.0","method":"ping","params":`+params+`,"id":7}`, `{"id":7,"result":{"value":"pong"},"jsonrpc":"2.0"}`)
	}
	c.call(`{"method":"ping","id":8}`, `{"id":8,"result":{"value":"pong"},"jsonrpc":"2.0"}`)
	c.call(`{"method":"ping","params":{"sessionId":"whatever"},"id":9}`, `{"id":9,"result":{"value":"pong","sessionId":"whatever"},"jsonrpc":"2.0"}`)
	for n, want := range map[int]string{64: `,"sessionId":"` + strings.Repeat("s", 64) + `"`, 65: ""} {
		c.call(`{"method":"ping","params":{"sessionId":"`+strings.Repeat("s", n)+`"},"id":9}`, `{"id":9,"result":{"value":"pong"`+want+`},"jsonrpc":"2.0"}`)
	}
	if n := f.server.Stats().SessionsStarted; n != 0 {
		t.Errorf("pings made %d sessions", n)
	}
}

func TestTrap07ClientsThatNeverPingStay(t *testing.T) {
	inBubble(t, func(_ *testing.T, f *fixture) {
		c := f.member("ann", `[]`)
		c.publish()
		time.AfterFunc(time.Hour, func() {
			f.media.observer("ann").ICECandidate(room.ICECandidate{Candidate: "an hour later"})
		})
		c.expect(`{"method":"iceCandidate","params":{"endpointName":"ann","sdpMLineIndex":0,"sdpMid":"","candidate":"an hour later"},"jsonrpc":"2.0"}`)
	})
}

func TestTrap08AnswersPassUntouched(t *testing.T) {
	// The msid of audio and video is the media server's business; nothing here
	// may change an octet of its answer.
	f := start(t)
	c := f.member("ann", `[]`)
	offer := "v=0\\r\\na=msid:s a\\r\\na=msid:s v\\r\\na=x:<&>\\u2028\\u00e9"
	c.call(`{"method":"publishVideo","params":{"sdpOffer":"`+offer+`","doLoopback":true},"id":2}`,
		`{"id":2,"result":{"sdpAnswer":"answer to v=0\r\na=msid:s a\r\na=msid:s v\r\na=x:<&>\u2028é","sessionId":"$S"},"jsonrpc":"2.0"}`)
}

func TestTrap09AnyCandidateIsAnswered(t *testing.T) {
	f := start(t)
	c := f.member("ann", `[]`)
	for i, candidate := range []string{
		`"candidate:1 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active"`, `"candidate:1 1 udp 1 0b1e.local 5 typ host"`,
		`"candidate:1 1 udp 1 2001:db8::1 5 typ host"`, `""`, `null`, `"nonsense"`,
	} {
		for _, endpoint := range []string{"ann", "nobody"} { // before any offer, and for nobody
			id := 10*i + len(endpoint)
			c.call(fmt.Sprintf(`{"method":"onIceCandidate","params":{"endpointName":%q,"candidate":%s,"sdpMid":null,"sdpMLineIndex":0},"id":%d}`, endpoint, candidate, id),
				fmt.Sprintf(`{"id":%d,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`, id))
		}
	}
	c.publish()
	if got := len(f.media.got()); got != 6 {
		t.Errorf("%d early candidates arrived, want 6", got)
	}
}

func TestTrap10LeaveIsAnsweredBeforeTheClose(t *testing.T) {
	f := start(t)
	ann := f.member("ann", `[]`)
	bob := f.member("bob", `[{"id":"ann"}]`)
	ann.text()
	bob.call(`{"method":"leaveRoom","id":4}`, `{"id":4,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
	bob.expectClose(1000, "left the room")
	ann.expect(`{"method":"participantLeft","params":{"name":"bob"},"jsonrpc":"2.0"}`)

	stranger := f.connect() // the original never answers one who is in no room
	stranger.call(`{"method":"leaveRoom","id":0}`, `{"id":0,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
	stranger.expectClose(1000, "left the room")
}

func TestTrap12SenderGetsItsOwnMessage(t *testing.T) {
	f := start(t)
	ann := f.member("ann", `[]`)
	bob := f.member("bob", `[{"id":"ann"}]`)
	ann.text()
	ann.call(`{"method":"sendMessage","params":{"message":"<hi>","userMessage":"ann","roomMessage":"r"},"id":5}`,
		`{"id":5,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
	for _, c := range []*client{ann, bob} {
		c.expect(`{"method":"sendMessage","params":{"room":"r","user":"ann","message":"<hi>"},"jsonrpc":"2.0"}`)
	}
}

func TestTrap13UserNamesWithUnderscores(t *testing.T) {
	f := start(t)
	me := f.member("me", `[]`)
	others := `[{"id":"me"}`
	for _, user := range []string{"a", "a_b", "a_b_webcam", "_"} {
		c := f.member(user, others+"]")
		c.publish()
		others += fmt.Sprintf(`,{"id":%q,"streams":[{"id":"webcam"}]}`, user)
		me.text() // joined
		me.text() // published
	}
	for sender, user := range map[string]string{
		"a_webcam": "a", "a_b_webcam": "a_b", "a_b_webcam_webcam": "a_b_webcam", "__webcam": "_", "a_b_screen": "a_b", "a": "a", "a_x": "a",
	} {
		me.call(fmt.Sprintf(`{"method":"receiveVideoFrom","params":{"sender":%q,"sdpOffer":"trickle"},"id":6}`, sender),
			`{"id":6,"result":{"sdpAnswer":"answer to trickle","sessionId":"$S"},"jsonrpc":"2.0"}`)
		me.expect(`{"method":"iceCandidate","params":{"endpointName":%q,"sdpMLineIndex":0,"sdpMid":"0","candidate":"candidate:early"},"jsonrpc":"2.0"}`, user)
	}
	me.call(`{"method":"receiveVideoFrom","params":{"sender":"zoe_webcam","sdpOffer":"o"},"id":7}`,
		`{"id":7,"error":{"code":102,"message":"User 'zoe not found in room 'r'","sessionId":"$S"},"jsonrpc":"2.0"}`)
}

func TestTrap14OriginIsOpenUntilAListIsSet(t *testing.T) {
	if got := start(t).tryConnect("Origin: https://anywhere.example"); got != 101 {
		t.Errorf("open server answered %d", got)
	}
	f := start(t, func(s *setup) { s.AllowedOrigins = []string{"https://meet.example", "http://Dev.example:8080"} })
	for origin, want := range map[string]int{
		"https://meet.example": 101, "HTTPS://MEET.example:443": 101, "http://dev.example:8080": 101,
		"http://meet.example": 403, "https://meet.example:8443": 403, "https://meet.example.evil": 403,
		"https://evilmeet.example": 403, "https://evil@meet.example": 403, "https://meet.example/": 403,
		"https://meet.example.": 403, "null": 403, "": 403, "meet.example": 403, "http://dev.example": 403,
		"https://sub.meet.example": 403, "https://xn--met-hoa.example": 403,
	} {
		if got := f.tryConnect("Origin: " + origin); got != want {
			t.Errorf("origin %q: %d, want %d", origin, got, want)
		}
	}
	if got := f.tryConnect("Origin: https://meet.example", "Origin: https://evil.example"); got != 403 {
		t.Errorf("two origins: %d", got)
	}
	if got := f.tryConnect(); got != 101 {
		t.Errorf("no origin, an application: %d", got)
	}
}

func TestTrap15MembersMaySendAMillionCharacters(t *testing.T) {
	f := start(t, func(s *setup) { s.rooms.MaxMessageBytes = 1 << 20 })
	c := f.member("ann", `[]`)
	text := strings.Repeat("x", 1_000_000-200)
	c.call(`{"method":"sendMessage","params":{"message":"`+text+`","userMessage":"ann","roomMessage":"r"},"id":5}`,
		`{"id":5,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
	c.expect(`{"method":"sendMessage","params":{"room":"r","user":"ann","message":%q},"jsonrpc":"2.0"}`, text)
}

func TestTrap16LoopbackIsPassedOn(t *testing.T) {
	f := start(t)
	c := f.member("ann", `[]`)
	c.call(`{"method":"publishVideo","params":{"sdpOffer":"o","doLoopback":true},"id":2}`,
		`{"id":2,"result":{"sdpAnswer":"answer to o with loopback","sessionId":"$S"},"jsonrpc":"2.0"}`)
}

func TestTrap17RoomClosedAlsoClosesTheSocket(t *testing.T) {
	f := start(t)
	ann, bob := f.member("ann", `[]`), f.member("bob", `[{"id":"ann"}]`)
	ann.text()
	if _, err := f.manager.CloseRoom(t.Context(), "r"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []*client{ann, bob} {
		c.expect(`{"method":"roomClosed","params":{"room":"r"},"jsonrpc":"2.0"}`)
		c.expectClose(1000, "the room was closed")
	}
}
