package signaling_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atrium-rtc/atrium/room"
)

func TestConnectTakesOverALostSession(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		ann := f.member("ann", `[]`)
		ann.publish()
		_ = ann.conn.Close()
		synctest.Wait()

		bob := f.member("bob", `[{"id":"ann","streams":[{"id":"webcam"}]}]`)
		time.Sleep(9 * time.Second)
		back := f.connect()
		back.session = ann.session
		back.send(`{"method":"connect","params":{"sessionId":"$S"},"id":0}`)
		back.expect(`{"id":0,"result":{"value":"reconnection successful","sessionId":"$S"},"jsonrpc":"2.0"}`)
		// What happened meanwhile comes after the answer.
		back.expect(`{"method":"participantJoined","params":{"id":"bob"},"jsonrpc":"2.0"}`)
		time.Sleep(time.Minute)
		back.send(`{"method":"sendMessage","params":{"message":"m","userMessage":"ann","roomMessage":"r"},"id":1}`)
		back.expect(`{"id":1,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
		bob.expect(`{"method":"sendMessage","params":{"room":"r","user":"ann","message":"m"},"jsonrpc":"2.0"}`)
	})
}

func TestConnectTakesOverALivingSession(t *testing.T) {
	f := start(t)
	ann := f.member("ann", `[]`)
	again := f.connect()
	again.call(`{"method":"connect","id":0}`, `{"id":0,"result":{"value":"OK","sessionId":"$S"},"jsonrpc":"2.0"}`)
	own := again.session
	again.call(`{"method":"connect","params":{"sessionId":"`+ann.session+`"},"id":1}`,
		`{"id":1,"result":{"value":"reconnection successful","sessionId":"$S"},"jsonrpc":"2.0"}`)
	if again.session != ann.session {
		t.Errorf("took over %s, want %s", again.session, ann.session)
	}
	ann.expectClose(1000, "the session continues on another socket")
	again.publish() // as ann
	again.call(`{"method":"connect","params":{"sessionId":"$S"},"id":3}`,
		`{"id":3,"result":{"value":"reconnection successful","sessionId":"$S"},"jsonrpc":"2.0"}`)
	again.call(`{"method":"connect","params":{"sessionId":"`+own+`"},"id":4}`, // gave way
		`{"id":4,"error":{"code":40007,"message":"reconnection error"},"jsonrpc":"2.0"}`)
}

func TestUnknownSessionCannotBeTakenOver(t *testing.T) {
	f := start(t)
	c := f.connect()
	for _, id := range []string{`"dv41ks9hj761rndhcc8nd8cj8q"`, `""`, `7`} {
		c.call(`{"method":"connect","params":{"sessionId":`+id+`},"id":1}`,
			`{"id":1,"error":{"code":40007,"message":"reconnection error"},"jsonrpc":"2.0"}`)
	}
	c.call(`{"method":"connect","params":{},"id":2}`, `{"id":2,"result":{"value":"OK","sessionId":"$S"},"jsonrpc":"2.0"}`)
	c.call(`{"method":"connect","id":3}`, `{"id":3,"result":{"value":"OK","sessionId":"$S"},"jsonrpc":"2.0"}`)
}

func TestForeignSessionIDsAreNotHonoured(t *testing.T) {
	f := start(t)
	ann := f.member("ann", `[]`)
	thief := f.connect()
	thief.call(`{"method":"unpublishVideo","params":{"sessionId":"`+ann.session+`"},"id":1}`,
		`{"id":1,"error":{"code":102,"message":"No participant with id '$S' was found","sessionId":"$S"},"jsonrpc":"2.0"}`)
	thief.call(`{"method":"leaveRoom","params":{"sessionId":"`+ann.session+`"},"id":2}`, `{"id":2,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
	if thief.session == ann.session {
		t.Error("the thief got the session")
	}
	ann.publish()
}

func TestSessionIDsLookLikeKurentos(t *testing.T) {
	f := start(t)
	a, b := f.member("ann", `[]`).session, f.member("bob", `[{"id":"ann"}]`).session
	if a == b || len(a) != 26 || strings.Trim(a, "0123456789abcdefghijklmnopqrstuv") != "" {
		t.Errorf("session ids %q and %q", a, b)
	}
}

func TestSameUserReplacesASessionWhoseSocketIsGone(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		bob, ann := f.member("bob", `[]`), f.connect()
		ann.send(`{"method":"joinRoom","params":{"user":"ann","room":"r"},"id":1}`)
		bob.expect(annJoined)
		ann.text()
		_ = ann.conn.Close()
		synctest.Wait()
		start := time.Now()
		back := f.connect()
		back.send(`{"method":"joinRoom","params":{"user":"ann","room":"r"},"id":0}`)
		bob.expect(annLeft)
		bob.expect(annJoined)
		back.expect(`{"id":0,"result":{"value":[{"id":"bob"}],"sessionId":"$S"},"jsonrpc":"2.0"}`)
		if d := time.Since(start); d != 0 {
			t.Errorf("took %v", d)
		}
		// A third one meets a session with a socket.
		other := f.connect()
		other.send(`{"method":"joinRoom","params":{"user":"ann","room":"r"},"id":0}`)
		other.expect(`{"id":0,"error":{"code":104,"message":"User 'ann' already exists in room 'r'","sessionId":"$S"},"jsonrpc":"2.0"}`)
	})
}

func TestParticipantsOfTheApplicationAreNotReplaced(t *testing.T) {
	f := start(t)
	if _, err := f.manager.Join(t.Context(), room.JoinRequest{ID: "app", User: "ann", Room: "r", AutoCreate: true}); err != nil {
		t.Fatal(err)
	}
	f.connect().call(`{"method":"joinRoom","params":{"user":"ann","room":"r"},"id":0}`,
		`{"id":0,"error":{"code":104,"message":"User 'ann' already exists in room 'r'","sessionId":"$S"},"jsonrpc":"2.0"}`)
}

func TestLostSessionThatMissesTooMuchEnds(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		bob := f.member("bob", `[]`)
		ann := f.connect()
		ann.send(`{"method":"joinRoom","params":{"user":"ann","room":"r"},"id":1}`)
		bob.expect(annJoined)
		ann.text()
		_ = ann.conn.Close()
		synctest.Wait()
		text := strings.Repeat("x", 60_000)
		for range 18 {
			f.say(bob, "bob", text)
			bob.text()
		}
		bob.expect(annLeft)
		if n := f.server.Stats().SessionsEnded["too much unsent"]; n != 1 {
			t.Errorf("%d ended for it", n)
		}
	})
}
