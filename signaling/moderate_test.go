package signaling_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atrium-rtc/atrium/room"
)

// answer sends a request under id 5 and returns its answer, without the session id,
// and drops what comes before it.
func (c *client) answer(request string) string {
	c.t.Helper()
	c.send(`{"id":5,"method":%s}`, request)
	for {
		text := c.text()
		if rest, ok := strings.CutPrefix(text, `{"id":5,`); ok {
			rest = strings.NewReplacer(`,"sessionId":"`+c.session+`"`, "", `"sessionId":"`+c.session+`"`, "", `,"jsonrpc":"2.0"}`, "").Replace(rest)
			return rest
		}
	}
}

// codeOf returns the code of an error, 0 of a result.
func codeOf(t *testing.T, answer string) int {
	t.Helper()
	var a struct{ Error struct{ Code int } }
	if err := json.Unmarshal([]byte("{"+answer+"}"), &a); err != nil {
		t.Fatalf("%s: %v", answer, err)
	}
	return a.Error.Code
}

// Each method as it should be called, with parameters that are unusable, with ones that
// mean nobody, and by somebody who may not.
func TestMethodsOfTheExtensions(t *testing.T) {
	const ok = `"result":{}`
	for _, tc := range []struct{ by, request, want string }{
		{"mod", `"muteParticipant","params":{"user":"ann","audio":true}`, ok},
		{"mod", `"muteParticipant","params":{"user":"ann","stream":"webcam","audio":"false","video":false}`, ok},
		{"mod", `"muteParticipant","params":{"user":"ann"}`, `-1`},
		{"mod", `"muteParticipant","params":{"audio":true}`, `-1`},
		{"mod", `"muteParticipant","params":{"user":"ann","audio":"loud"}`, `-1`},
		{"mod", `"muteParticipant","params":["ann"]`, `-32602`},
		{"mod", `"muteParticipant","params":{"user":"zoe","audio":true}`, `102`},
		{"me", `"muteParticipant","params":{"user":"ann","audio":true}`, `403`},
		{"me", `"muteParticipant","params":{"user":"me","audio":false}`, `403`},
		{"out", `"muteParticipant","params":{"user":"ann","audio":true}`, `102`},

		{"mod", `"muteAll","params":{"audio":true}`, `"result":{"users":["ann"]}`},
		{"mod", `"muteAll","params":{}`, `-1`},
		{"mod", `"muteAll","params":{"audio":false}`, `307`},
		{"me", `"muteAll","params":{"audio":true}`, `403`},

		{"mod", `"askToUnmute","params":{"user":"ann","audio":true}`, ok},
		{"mod", `"askToUnmute","params":{"user":"ann"}`, `-1`},
		{"me", `"askToUnmute","params":{"user":"ann","audio":true}`, `403`},

		{"mod", `"unpublishParticipant","params":{"user":"ann"}`, ok},
		{"mod", `"unpublishParticipant","params":{"user":"ann","stream":"screen"}`, `105`},
		{"mod", `"unpublishParticipant","params":{}`, `-1`},
		{"me", `"unpublishParticipant","params":{"user":"ann"}`, `403`},

		{"mod", `"evictParticipant","params":{"user":"ann","reason":"noise"}`, ok},
		{"mod", `"evictParticipant","params":{"user":"ann","banSeconds":"60"}`, ok},
		{"mod", `"evictParticipant","params":{"user":"ann","banSeconds":-1}`, `-1`},
		{"mod", `"evictParticipant","params":{"user":"zoe"}`, `102`},
		{"me", `"evictParticipant","params":{"user":"ann"}`, `403`},

		{"mod", `"evictParticipant","params":{"user":"zoe","banSeconds":1}`, ok},

		{"mod", `"unbanParticipant","params":{"user":"zoe"}`, ok},
		{"me", `"unbanParticipant","params":{"user":"zoe"}`, `403`},
		{"mod", `"admitParticipant","params":{"user":"zoe"}`, `102`},
		{"me", `"admitParticipant","params":{"user":"zoe"}`, `403`},
		{"mod", `"denyParticipant","params":{"user":"zoe","reason":"r"}`, `102`},
		{"me", `"denyParticipant","params":{"user":"zoe"}`, `403`},

		{
			"mod", `"changeRoom","params":{"locked":true,"metadata":{"a":1},"muteOnEntry":["video","audio"],"maxParticipants":9}`,
			`"result":{"locked":true,"lobby":false,"muteOnEntry":["audio","video"],"chatHistory":0,"maxParticipants":9,"metadata":{"a":1}}`,
		},
		{"mod", `"changeRoom"`, `"result":{"locked":false,"lobby":false,"muteOnEntry":[],"chatHistory":0}`},
		{"mod", `"changeRoom","params":{"muteOnEntry":["smell"]}`, `-1`},
		{"mod", `"changeRoom","params":{"maxParticipants":-1}`, `-1`},
		{"mod", `"changeRoom","params":{"metadata":{"a":"` + strings.Repeat("x", 16<<10) + `"}}`, `999`},
		{"me", `"changeRoom","params":{"locked":false}`, `403`},

		{"mod", `"changeGrants","params":{"user":"me","role":"guest"}`, ok},
		{"mod", `"changeGrants","params":{"user":"me","permissions":["join","subscribe","moderate"]}`, ok},
		{"mod", `"changeGrants","params":{"user":"me","permissions":[]}`, ok},
		{"mod", `"changeGrants","params":{"user":"me"}`, `-1`},
		{"mod", `"changeGrants","params":{"user":"me","role":"guest","permissions":["join"]}`, `-1`},
		{"mod", `"changeGrants","params":{"user":"me","role":"king"}`, `-1`},
		{"mod", `"changeGrants","params":{"user":"me","permissions":["fly"]}`, `-1`},
		{"mod", `"changeGrants","params":{"user":"me","role":"admin"}`, `403`},
		{"me", `"changeGrants","params":{"user":"me","role":"moderator"}`, `403`},

		{"me", `"closeRoom"`, `403`},
		{"mod", `"closeRoom","params":{"reason":[]}`, `-1`},
		{"mod", `"closeRoom","params":{"reason":"over"}`, ok},

		{"me", `"unmute","params":{"audio":true}`, ok},
		{"me", `"unmute","params":{"audio":false}`, `307`},
		{"me", `"unmute"`, `-1`},
		{"out", `"unmute","params":{"audio":true}`, `102`},

		{"me", `"raiseHand","params":{"raised":true}`, ok},
		{"me", `"raiseHand","params":{"raised":true,"user":"me"}`, ok},
		{"me", `"raiseHand","params":{}`, `-1`},
		{"me", `"raiseHand","params":{"raised":true,"user":"ann"}`, `403`},
		{"me", `"raiseHand","params":{"raised":false,"user":"ann"}`, `403`},
		{"mod", `"raiseHand","params":{"raised":true,"user":"ann"}`, `403`},
		{"mod", `"raiseHand","params":{"raised":false,"user":"ann"}`, ok},
		{"mod", `"raiseHand","params":{"raised":false,"user":"zoe"}`, `102`},
		{"out", `"raiseHand","params":{"raised":true}`, `102`},

		{"me", `"changeMetadata","params":{"metadata":{}}`, ok},
		{"me", `"changeMetadata","params":{"metadata":"x"}`, `-1`},
		{"me", `"changeMetadata","params":{"metadata":{"a":"` + strings.Repeat("x", 2<<10) + `"}}`, `999`},
		{"out", `"changeMetadata","params":{"metadata":{}}`, `102`},

		{"me", `"sendData","params":{"data":0}`, ok},
		{"me", `"sendData","params":{"to":["ann","mod","ann"],"topic":"t","data":{"a":[]}}`, ok},
		{"me", `"sendData","params":{"to":"ann","data":"d"}`, ok},
		{"me", `"sendData","params":{"to":[],"data":"d"}`, `-1`},
		{"me", `"sendData","params":{"to":["ann","zoe"],"data":"d"}`, `102`},
		{"me", `"sendData","params":{"data":null}`, `-1`},
		{"me", `"sendData","params":{"data":"` + strings.Repeat("x", 16<<10) + `"}`, `999`},
		{"me", `"sendData","params":{"topic":"` + strings.Repeat("t", 257) + `","data":0}`, `999`},
		{"guest", `"sendData","params":{"data":0}`, `403`},
		{"guest", `"sendMessage","params":{"message":"m","userMessage":"guest","roomMessage":"r"}`, `403`},
		{"out", `"sendData","params":{"data":0}`, `102`},

		{"me", `"getChatHistory"`, `"result":{"messages":[]}`},
		{"out", `"getChatHistory"`, `102`},
	} {
		t.Run(tc.by+" "+tc.request[:min(len(tc.request), 80)], func(t *testing.T) {
			f := start(t, withRoles)
			mod, _ := f.modern("mod", ``)
			ann, _ := f.modern("ann", ``)
			ann.publish()
			me, _ := f.modern("me", ``)
			guest, _ := f.modern("guest", ``)
			by := map[string]*client{"mod": mod, "me": me, "guest": guest, "out": f.connect()}[tc.by]
			got := by.answer(tc.request)
			switch code := codeOf(t, got); {
			case strings.HasPrefix(tc.want, `"`):
				if got != tc.want {
					t.Errorf("got %s, want %s", got, tc.want)
				}
			case fmt.Sprint(code) != tc.want:
				t.Errorf("got %s, want code %s", got, tc.want)
			}
		})
	}
}

// A meeting from its beginning to its end, with everything that a moderator does, as each
// of its members sees it.
func TestAMeetingWithAModerator(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		now := time.Now().UnixMilli()
		mod, _ := f.modern("mod", ``)
		ann, _ := f.modern("ann", ``)
		mod.expect(`{"method":"participantJoined","params":{"id":"ann","role":"participant"},"jsonrpc":"2.0"}`)

		ann.publish()
		mod.expect(`{"method":"participantPublished","params":{"id":"ann","streams":[{"id":"webcam"}]},"jsonrpc":"2.0"}`)
		both := func(want string) {
			t.Helper()
			mod.expect("%s", want)
			ann.expect("%s", want)
		}
		ok := func(c *client, request string) {
			t.Helper()
			c.send(`{"id":5,"method":%s}`, request)
		}
		answered := `{"id":5,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`

		// Muted, asked, and unmuted.
		ok(mod, `"muteParticipant","params":{"user":"ann","audio":true}`)
		both(`{"method":"participantChanged","params":{"id":"ann","streams":[{"id":"webcam","audioMuted":true}]},"jsonrpc":"2.0"}`)
		mod.expect("%s", answered)
		ok(mod, `"askToUnmute","params":{"user":"ann","audio":true}`)
		mod.expect("%s", answered)
		ann.expect(`{"method":"unmuteRequested","params":{"by":"mod","stream":"webcam","audio":true,"video":false},"jsonrpc":"2.0"}`)
		if got := codeOf(t, ann.answer(`"unmute","params":{"video":true}`)); got != 0 { // is not muted
			t.Errorf("code %d", got)
		}
		ok(ann, `"unmute","params":{"audio":true}`)
		both(`{"method":"participantChanged","params":{"id":"ann","streams":[{"id":"webcam"}]},"jsonrpc":"2.0"}`)
		ann.expect("%s", answered)
		if got := codeOf(t, ann.answer(`"unmute","params":{"audio":true}`)); got != 0 {
			t.Errorf("code %d", got)
		}
		ok(mod, `"muteAll","params":{"audio":true,"video":true}`)
		both(`{"method":"participantChanged","params":{"id":"ann","streams":[{"id":"webcam","audioMuted":true,"videoMuted":true}]},"jsonrpc":"2.0"}`)
		mod.expect(`{"id":5,"result":{"users":["ann"],"sessionId":"$S"},"jsonrpc":"2.0"}`)
		if got := codeOf(t, ann.answer(`"unmute","params":{"audio":true}`)); got != 403 {
			t.Errorf("a muted one unmutes itself without being asked: code %d", got)
		}

		// A hand that is raised and lowered.
		ok(ann, `"raiseHand","params":{"raised":true}`)
		both(fmt.Sprintf(`{"method":"participantChanged","params":{"id":"ann","handRaised":true,"handRaisedAt":%d},"jsonrpc":"2.0"}`, now))
		ann.expect("%s", answered)
		ok(mod, `"raiseHand","params":{"raised":false,"user":"ann"}`)
		both(`{"method":"participantChanged","params":{"id":"ann","handRaised":false},"jsonrpc":"2.0"}`)
		mod.expect("%s", answered)
		ok(mod, `"raiseHand","params":{"raised":false,"user":"ann"}`) // is down: no news
		mod.expect("%s", answered)

		// Metadata and data.
		ok(ann, `"changeMetadata","params":{"metadata":{"title":"Dr"}}`)
		both(`{"method":"participantChanged","params":{"id":"ann","metadata":{"title":"Dr"}},"jsonrpc":"2.0"}`)
		ann.expect("%s", answered)
		ok(ann, `"sendData","params":{"to":["mod","ann"],"topic":"t","data":[1]}`)
		mod.expect(`{"method":"dataReceived","params":{"from":"ann","topic":"t","data":[1]},"jsonrpc":"2.0"}`)
		ann.expect("%s", answered)

		// A role.
		ok(mod, `"changeGrants","params":{"user":"ann","permissions":["join","subscribe","publish"]}`)
		mod.expect(`{"method":"participantChanged","params":{"id":"ann","role":"participant"},"jsonrpc":"2.0"}`)
		ann.expect(`{"method":"participantChanged","params":{"id":"ann","role":"participant","permissions":["join","publish:audio","publish:video","publish:screen","subscribe"]},"jsonrpc":"2.0"}`)
		mod.expect("%s", answered)

		// The end of the stream, of the stay, and of the meeting.
		ok(mod, `"unpublishParticipant","params":{"user":"ann"}`)
		mod.expect(`{"method":"participantUnpublished","params":{"name":"ann","streams":[{"id":"webcam"}]},"jsonrpc":"2.0"}`)
		mod.expect("%s", answered)
		ann.expect(`{"method":"mediaError","params":{"error":"NOT_PERMITTED: ended by a moderator(errCode=403)","endpointName":"ann","stream":"webcam"},"jsonrpc":"2.0"}`)
		ok(mod, `"evictParticipant","params":{"user":"ann","reason":"noise","banSeconds":60}`)
		mod.expect(`{"method":"participantLeft","params":{"name":"ann","reason":"noise"},"jsonrpc":"2.0"}`)
		mod.expect("%s", answered)
		ann.expect(`{"method":"participantEvicted","params":{"reason":"noise"},"jsonrpc":"2.0"}`)
		if got := codeOf(t, ann.answer(`"joinRoom","params":{"user":"ann","room":"r"}`)); got != 403 {
			t.Errorf("a banned participant joins with code %d", got)
		}
		ok(mod, `"unbanParticipant","params":{"user":"ann"}`)
		mod.expect("%s", answered)
		ann.send(`{"method":"joinRoom","params":{"user":"ann","room":"r","extensions":true},"id":6}`)
		mod.expect(`{"method":"participantJoined","params":{"id":"ann","role":"participant"},"jsonrpc":"2.0"}`)
		ann.text()

		ok(mod, `"closeRoom","params":{"reason":"over"}`)
		mod.expect("%s", answered)
		both(`{"method":"roomClosed","params":{"room":"r","reason":"over"},"jsonrpc":"2.0"}`)
		mod.expectClose(1000, "the room was closed")
		ann.expectClose(1000, "the room was closed")
	}, withRoles)
}

func TestTheLobby(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		mod, _ := f.modern("mod", ``)
		dan, eve, old := f.connect(), f.connect(), f.connect()
		asks := func(c *client, user, more string) int {
			t.Helper()
			return codeOf(t, c.answer(fmt.Sprintf(`"joinRoom","params":{"user":%q,"room":"r"%s}`, user, more)))
		}
		for user, c := range map[string]*client{"dan": dan, "eve": eve} {
			if code := asks(c, user, `,"extensions":true`); code != 425 {
				t.Fatalf("%s: code %d, want 425", user, code)
			}
			mod.expect(`{"method":"participantWaiting","params":{"id":%q},"jsonrpc":"2.0"}`, user)
		}
		if code := asks(old, "old", ``); code != 425 {
			t.Fatalf("code %d, want 425", code)
		}
		mod.expect(`{"method":"participantWaiting","params":{"id":"old"},"jsonrpc":"2.0"}`)

		mod.send(`{"method":"admitParticipant","params":{"user":"dan"},"id":5}`)
		mod.expect(`{"method":"waitingEnded","params":{"id":"dan","outcome":"admitted"},"jsonrpc":"2.0"}`)
		mod.expect(`{"id":5,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
		dan.expect(`{"method":"admitted","params":{"room":"r"},"jsonrpc":"2.0"}`)
		if code := asks(dan, "dan", `,"extensions":true`); code != 0 {
			t.Errorf("an admitted one is refused with %d", code)
		}
		mod.expect(`{"method":"participantJoined","params":{"id":"dan","role":"participant"},"jsonrpc":"2.0"}`)

		mod.send(`{"method":"denyParticipant","params":{"user":"eve","reason":"private"},"id":6}`)
		mod.expect(`{"method":"waitingEnded","params":{"id":"eve","outcome":"denied","reason":"private"},"jsonrpc":"2.0"}`)
		mod.expect(`{"id":6,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
		eve.expect(`{"method":"denied","params":{"room":"r","reason":"private"},"jsonrpc":"2.0"}`)

		// A moderator who comes later learns who waits. A client of Kurento Room hears
		// nothing, and is let in when it asks again.
		if _, got := f.modern("mod2", ``); string(got["waiting"]) != `[{"id":"old"}]` {
			t.Errorf("a new moderator learns that %s wait", got["waiting"])
		}
		mod.skip()
		old.silent()
		mod.send(`{"method":"admitParticipant","params":{"user":"old"},"id":7}`)
		mod.expect(`{"method":"waitingEnded","params":{"id":"old","outcome":"admitted"},"jsonrpc":"2.0"}`)
		mod.text()
		old.silent()
		if code := asks(old, "old", ``); code != 0 {
			t.Errorf("an admitted one is refused with %d", code)
		}
	}, withRoles, func(s *setup) { s.rooms.Settings = room.Settings{Lobby: true} })
}

// Who waits and is gone does not wait for ever.
func TestWhoIsGoneDoesNotWait(t *testing.T) {
	for name, tc := range map[string]struct {
		leave func(c *client)
		after time.Duration
	}{
		"goodbye":   {func(c *client) { c.goodbye(1000) }, 0},
		"leaving":   {func(c *client) { _ = c.frame(opText, `{"method":"leaveRoom","id":9}`) }, 0},
		"breaking":  {func(c *client) { _ = c.conn.Close() }, 10 * time.Second},
		"the ready": {func(c *client) { _ = c.frame(opText, `{"method":"closeSession","id":9}`) }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, f *fixture) {
				mod, _ := f.modern("mod", ``)
				dan := f.connect()
				dan.answer(`"joinRoom","params":{"user":"dan","room":"r","extensions":true}`)
				mod.text()
				begun := time.Now()
				tc.leave(dan)
				mod.expect(`{"method":"waitingEnded","params":{"id":"dan","outcome":"gave up"},"jsonrpc":"2.0"}`)
				if d := time.Since(begun); d != tc.after {
					t.Errorf("after %v, want %v", d, tc.after)
				}
			}, withRoles, func(s *setup) { s.rooms.Settings = room.Settings{Lobby: true} })
		})
	}
}

func TestTheChatsHistory(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		ann, _ := f.modern("ann", ``)
		synctest.Wait()
		begun := time.Now()
		for _, text := range []string{"one", "two", "three"} {
			f.say(ann, "ann", text)
			ann.text()
			time.Sleep(time.Second)
		}
		bob, _ := f.modern("bob", ``)
		ann.skip()
		bob.call(`{"method":"getChatHistory","id":5}`, fmt.Sprintf(
			`{"id":5,"result":{"messages":[{"user":"ann","message":"two","time":%d},{"user":"ann","message":"three","time":%d}],"sessionId":"$S"},"jsonrpc":"2.0"}`,
			begun.Add(time.Second).UnixMilli(), begun.Add(2*time.Second).UnixMilli()))
		ann.silent()
	}, func(s *setup) { s.rooms.Settings = room.Settings{ChatHistory: 2} })
}
