package signaling_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atrium-rtc/atrium/signaling"
)

const (
	annLeft   = `{"method":"participantLeft","params":{"name":"ann"},"jsonrpc":"2.0"}`
	annJoined = `{"method":"participantJoined","params":{"id":"ann"},"jsonrpc":"2.0"}`
)

func TestSessionOutlivesItsSocketForTheGracePeriod(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		bob, ann := f.member("bob", `[]`), f.connect()
		ann.send(`{"method":"joinRoom","params":{"user":"ann","room":"r"},"id":1}`)
		bob.expect(annJoined)
		lost := time.Now()
		_ = ann.conn.Close()
		bob.expect(annLeft)
		if d := time.Since(lost); d != 10*time.Second {
			t.Errorf("gone after %v, want 10 s", d)
		}
		if got := f.server.Stats().SessionsEnded["lost"]; got != 1 {
			t.Errorf("%d sessions counted as lost", got)
		}
	})
}

func TestSilentlyDeadSocketIsNoticed(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		bob, ann := f.member("bob", `[]`), f.deaf()
		ann.send(`{"method":"joinRoom","params":{"user":"ann","room":"r"},"id":1}`)
		bob.expect(annJoined)
		lost := time.Now() // and from now on ann neither reads nor writes
		bob.expect(annLeft)
		if d := time.Since(lost); d > 20*time.Second {
			t.Errorf("gone after %v, want at most 20 s", d)
		}
	})
}

func TestCloseFrameEndsTheSessionAtOnce(t *testing.T) {
	for code, want := range map[uint16]time.Duration{1000: 0, 1001: 0, 1011: 10 * time.Second, 4000: 10 * time.Second} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			inBubble(t, func(t *testing.T, f *fixture) {
				bob, ann := f.member("bob", `[]`), f.connect()
				ann.send(`{"method":"joinRoom","params":{"user":"ann","room":"r"},"id":1}`)
				bob.expect(annJoined)
				ann.text()
				lost := time.Now()
				ann.goodbye(code)
				bob.expect(annLeft)
				if d := time.Since(lost); d != want {
					t.Errorf("gone after %v, want %v", d, want)
				}
			})
		})
	}
}

func TestCloseSessionSaysBye(t *testing.T) {
	f := start(t)
	bob, ann := f.member("bob", `[]`), f.connect()
	ann.join("r", "ann", `[{"id":"bob"}]`)
	bob.text()
	ann.call(`{"method":"closeSession","id":9}`, `{"id":9,"result":"bye","jsonrpc":"2.0"}`)
	ann.expectClose(1000, "session closed")
	bob.expect(annLeft)

	stranger := f.connect()
	stranger.call(`{"method":"closeSession","id":0}`, `{"id":0,"result":"bye","jsonrpc":"2.0"}`)
	stranger.expectClose(1000, "session closed")
}

func TestCloseSessionDoesNotWaitForTheQueue(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		c := f.member("ann", `[]`)
		c.send(`{"method":"publishVideo","params":{"sdpOffer":"hang","doLoopback":false},"id":3}`)
		c.call(`{"method":"closeSession","id":4}`, `{"id":4,"result":"bye","jsonrpc":"2.0"}`)
		c.expectClose(1000, "session closed")
	})
}

func TestPingWatchdog(t *testing.T) {
	for _, tc := range []struct {
		name, first, later string
		want               time.Duration
	}{
		{"the first ping's interval", `{"interval":5000}`, `{"interval":60000}`, 15 * time.Second},
		{"as a string", `{"interval":"3000"}`, `{}`, 9 * time.Second},
		{"none", `{}`, `{"interval":1}`, time.Minute},
		{"nonsense", `{"interval":-5}`, `{}`, time.Minute},
		{"overflow", `{"interval":9e15}`, `{}`, 3 * time.Hour},
		{"tiny", `{"interval":1}`, `{}`, 300 * time.Millisecond},
	} {
		t.Run(tc.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, f *fixture) {
				c := f.connect()
				c.send(`{"method":"ping","params":%s,"id":0}`, tc.first)
				c.expect(`{"id":0,"result":{"value":"pong"},"jsonrpc":"2.0"}`)
				for id := range 3 {
					time.Sleep(tc.want / 2)
					c.send(`{"method":"ping","params":%s,"id":%d}`, tc.later, id)
					c.expect(`{"id":%d,"result":{"value":"pong"},"jsonrpc":"2.0"}`, id)
				}
				last := time.Now()
				c.expectClose(1000, "Close for not receive ping from client")
				if d := time.Since(last); d != tc.want {
					t.Errorf("closed after %v, want %v", d, tc.want)
				}
			})
		})
	}
}

func TestSocketWithoutAnyRequestIsClosed(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		start := time.Now()
		f.connect().expectClose(1000, "no request was ever sent")
		if d := time.Since(start); d != 5*time.Minute {
			t.Errorf("closed after %v", d)
		}
	})
}

func TestRepeatedRequestIsServedOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		c := f.member("ann", `[]`)
		const publish = `{"method":"publishVideo","params":{"sdpOffer":"o","doLoopback":false},"id":2}`
		const answer = `{"id":2,"result":{"sdpAnswer":"answer to o","sessionId":"$S"},"jsonrpc":"2.0"}`
		c.call(publish, answer)
		time.Sleep(9 * time.Second)
		c.call(publish, answer) // the stored answer, not a second publication
		c.call(`{"method":"unpublishVideo","id":2}`, `{"id":2,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
		time.Sleep(11 * time.Second)
		c.call(`{"method":"unpublishVideo","id":2}`,
			`{"id":2,"error":{"code":105,"message":"Participant 'ann' is not streaming media","sessionId":"$S"},"jsonrpc":"2.0"}`)
		if n := f.server.Stats().Repeats; n != 1 {
			t.Errorf("%d repeats", n)
		}
		// An application that uses one id for everything may say a thing twice.
		for range 2 {
			c.call(`{"method":"sendMessage","params":{"message":"hi","userMessage":"ann","roomMessage":"r"},"id":2}`,
				`{"id":2,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
			c.expect(`{"method":"sendMessage","params":{"room":"r","user":"ann","message":"hi"},"jsonrpc":"2.0"}`)
		}
	})
}

func TestRequestRepeatedWhileInProgressIsServedOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		c := f.member("ann", `[]`)
		const failure = `{"id":2,"error":{"code":303,"message":"No answer from the media server in 30s","sessionId":"$S"},"jsonrpc":"2.0"}`
		start := time.Now()
		for range 3 {
			c.send(`{"method":"publishVideo","params":{"sdpOffer":"hang","doLoopback":false},"id":2}`)
			c.silent()
			time.Sleep(5 * time.Second)
		}
		for range 3 {
			c.expect(failure)
		}
		if d := time.Since(start); d != 30*time.Second {
			t.Errorf("took %v, so it was served again", d)
		}
	})
}

func TestDrainRefusesNewcomersOnly(t *testing.T) {
	f := start(t)
	ann, idle := f.member("ann", `[]`), f.connect()
	f.server.Drain()
	if got := f.tryConnect(); got != 503 {
		t.Errorf("a new socket got %d, want 503", got)
	}
	idle.call(`{"method":"joinRoom","params":{"user":"bob","room":"r"},"id":1}`,
		`{"id":1,"error":{"code":204,"message":"The server is shutting down, nobody can join any more","sessionId":"$S"},"jsonrpc":"2.0"}`)
	ann.publish()
	if got := f.server.Stats().SocketsRefused["draining"]; got != 1 {
		t.Errorf("%d refused", got)
	}
}

func TestResumeLetsNewcomersInAgain(t *testing.T) {
	f := start(t)
	f.server.Drain()
	if !f.server.Draining() {
		t.Error("not draining")
	}
	f.server.Resume()
	if f.server.Draining() {
		t.Error("still draining")
	}
	f.member("ann", `[]`)
	if err := f.server.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.server.Resume()
	if got := f.tryConnect(); got == 101 {
		t.Error("a new socket after Close")
	}
}

func TestPresenceFollowsTheSocket(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		presence := func(want signaling.Presence) {
			t.Helper()
			synctest.Wait()
			people, err := f.manager.Participants("r")
			if err != nil || len(people) != 1 {
				t.Fatalf("%v %v", people, err)
			}
			if got := f.server.Presence(people[0].ID); got != want {
				t.Errorf("%q, want %q", got, want)
			}
		}
		ann := f.member("ann", `[]`)
		presence(signaling.PresenceConnected)
		_ = ann.conn.Close()
		presence(signaling.PresenceWaiting)
		if got := f.server.Presence("nobody"); got != signaling.PresenceUnknown {
			t.Errorf("%q of nobody", got)
		}
	})
}

func TestCloseEndsEverythingWithGoingAway(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		ann, idle := f.member("ann", `[]`), f.connect()
		lost := f.member("lost", `[{"id":"ann"}]`)
		ann.text()
		_ = lost.conn.Close()
		synctest.Wait()
		done := make(chan error, 1)
		go func() { done <- f.server.Close(context.Background()) }()
		ann.expectClose(1001, "the server is shutting down")
		idle.expectClose(1001, "the server is shutting down")
		if err := <-done; err != nil {
			t.Error(err)
		}
		if s := f.server.Stats(); s.Sockets != 0 || s.Sessions != 0 || s.SessionsEnded["shutdown"] != 2 {
			t.Errorf("left over: %+v", s)
		}
		if rooms := f.manager.Rooms(); len(rooms) != 0 {
			t.Errorf("rooms %v", rooms)
		}
	})
}

func TestCloseGivesUpWithItsContext(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		f.deaf() // never answers the close frame
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := f.server.Close(ctx); err == nil {
			t.Error("Close did not wait")
		}
	})
}
