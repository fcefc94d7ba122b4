package signaling_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/atrium-rtc/atrium/room"
)

// multiplied is something of which a member may legally have several: asking once more than the cap allows is refused with
// the code, and before that each is answered.
type multiplied struct {
	what string
	cap  int
	code int
	by   string                // user name; "mod" is a moderator
	ask  func(i int) string    // the i-th request, from 1
	set  func(s *setup)        // nil for the defaults
	come func(f *fixture) bool // who has to be there; nil for nobody else
}

func members(n int) func(f *fixture) bool {
	return func(f *fixture) bool {
		for i := range n {
			other, _ := f.modern(fmt.Sprint("other", i), ``)
			other.publish()
		}
		return true
	}
}

func multiplications() []multiplied {
	xs := func(n int) string { return strings.Repeat("x", n) }
	// once is a request whose size is what is capped: the first is at the cap, the second beyond.
	once := func(atCap int, request func(octets int) string) func(i int) string {
		return func(i int) string { return request(atCap + i - 1) }
	}
	text := func(format string) func(octets int) string {
		return func(octets int) string { return fmt.Sprintf(format, xs(octets)) }
	}
	return []multiplied{
		{what: "streams", cap: 4, code: 301, ask: func(i int) string {
			return fmt.Sprintf(`"publishVideo","params":{"sdpOffer":"o","doLoopback":false,"stream":"s%d"}`, i)
		}},
		{what: "subscriptions", cap: 3, code: 303, set: func(s *setup) { s.rooms.MaxSubscriptions = 3 }, come: members(4), ask: func(i int) string {
			return fmt.Sprintf(`"receiveVideoFrom","params":{"sender":"other%d_webcam","sdpOffer":"o"}`, i-1)
		}},
		{what: "rooms of one session", cap: 0, code: 201, ask: func(int) string { return `"joinRoom","params":{"user":"ann","room":"second"}` }},
		{what: "bans", cap: 1024, code: 999, by: "mod", ask: func(i int) string {
			return fmt.Sprintf(`"evictParticipant","params":{"user":"u%d","banSeconds":60}`, i)
		}},
		{what: "octets of a chat message", cap: 1, code: 999, ask: once(64<<10, text(`"sendMessage","params":{"message":"%s","userMessage":"ann","roomMessage":"r"}`))},
		{what: "octets of data", cap: 1, code: 999, ask: once(16<<10-2, text(`"sendData","params":{"data":"%s"}`))},
		{what: "octets of a topic", cap: 1, code: 999, ask: once(256, text(`"sendData","params":{"data":1,"topic":"%s"}`))},
		{what: "octets of metadata", cap: 1, code: 999, ask: once(2<<10-8, text(`"changeMetadata","params":{"metadata":{"a":"%s"}}`))},
		{what: "octets of a room's metadata", cap: 1, code: 999, by: "mod", ask: once(16<<10-8, text(`"changeRoom","params":{"metadata":{"a":"%s"}}`))},
		{what: "octets of a ban's reason", cap: 1, code: 999, by: "mod", ask: once(1<<10, text(`"evictParticipant","params":{"user":"zoe","banSeconds":60,"reason":"%s"}`))},
		{what: "octets of an evicted one's reason", cap: 0, code: 999, by: "mod", come: members(1), ask: once(1<<10+1, text(`"evictParticipant","params":{"user":"other0","reason":"%s"}`))},
		{what: "octets of a room's last reason", cap: 0, code: 999, by: "mod", ask: once(1<<10+1, text(`"closeRoom","params":{"reason":"%s"}`))},
		{what: "octets of a banned name", cap: 1, code: 999, by: "mod", ask: once(256, text(`"evictParticipant","params":{"user":"%s","banSeconds":60}`))},
	}
}

// A legal member asks for more and more of everything: up to the cap it is answered, beyond it refused with a code, and then
// member and room are as they were. What has no number has a pace: TestWhoTalksTooMuchIsHeardLater.
func TestALegalMemberMultipliesUpToACap(t *testing.T) {
	for _, m := range multiplications() {
		t.Run(m.what, func(t *testing.T) {
			inBubble(t, func(t *testing.T, f *fixture) {
				if m.by == "" {
					m.by = "ann"
				}
				c, _ := f.modern(m.by, ``)
				if m.come != nil {
					m.come(f)
				}
				for i := 1; i <= m.cap; i++ {
					if got := c.answer(m.ask(i)); codeOf(t, got) != 0 {
						t.Fatalf("number %d is refused: %s", i, got)
					}
				}
				if got := codeOf(t, c.answer(m.ask(m.cap+1))); got != m.code {
					t.Errorf("number %d: code %d, want %d", m.cap+1, got, m.code)
				}
				if got := codeOf(t, c.answer(`"getRoom"`)); got != 0 {
					t.Errorf("afterwards the member is refused with %d", got)
				}
			}, withRoles, func(s *setup) {
				if m.set != nil {
					m.set(s)
				}
			})
		})
	}
}

// What comes from outside of a room is capped as well: rooms, members, those who wait, names.
func TestNewcomersMultiplyUpToACap(t *testing.T) {
	for what, tc := range map[string]struct {
		cap, code int
		set       func(s *setup)
		ask       func(i int) string
	}{
		"rooms":   {3, 204, func(s *setup) { s.rooms.MaxRooms = 3 }, func(i int) string { return fmt.Sprintf(`"user":"u","room":"room %d"`, i) }},
		"members": {3, 201, func(s *setup) { s.rooms.MaxParticipants = 3 }, func(i int) string { return fmt.Sprintf(`"user":"u%d","room":"q"`, i) }},
		"octets of a user name": {1, 999, nil, func(i int) string {
			return fmt.Sprintf(`"user":"%s","room":"q"`, strings.Repeat("u", 255+i))
		}},
		"octets of a room name": {1, 999, nil, func(i int) string {
			return fmt.Sprintf(`"user":"u","room":"%s"`, strings.Repeat("r", 255+i))
		}},
		"octets of metadata": {1, 999, nil, func(i int) string {
			return fmt.Sprintf(`"user":"u%d","room":"q","extensions":true,"metadata":{"a":"%s"}`, i, strings.Repeat("m", 2<<10-9+i))
		}},
	} {
		t.Run(what, func(t *testing.T) {
			inBubble(t, func(t *testing.T, f *fixture) {
				for i := 1; i <= tc.cap+1; i++ {
					want := 0
					if i > tc.cap {
						want = tc.code
					}
					if got := codeOf(t, f.connect().answer(`"joinRoom","params":{`+tc.ask(i)+`}`)); got != want {
						t.Errorf("number %d: code %d, want %d", i, got, want)
					}
				}
			}, func(s *setup) {
				if tc.set != nil {
					tc.set(s)
				}
			})
		})
	}
}

func TestALobbyHasRoomFor256(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		mod, _ := f.modern("mod", ``)
		for i := range 257 {
			want := 425
			if i == 256 {
				want = 201
			}
			if got := codeOf(t, f.connect().answer(fmt.Sprintf(`"joinRoom","params":{"user":"u%d","room":"r"}`, i))); got != want {
				t.Fatalf("number %d: code %d, want %d", i+1, got, want)
			}
		}
		mod.skip()
	}, withRoles, func(s *setup) { s.rooms.Settings = room.Settings{Lobby: true} })
}

// Candidates before their connection: 32 of an endpoint and 32 endpoints are kept. What is beyond is dropped, counted, and
// answered like the others, because clients take an error of a candidate for the end of the call.
func TestEarlyCandidatesAreKeptUpToACap(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		c := f.member("ann", `[]`)
		trickle := func(endpoint string) {
			t.Helper()
			c.call(fmt.Sprintf(`{"method":"onIceCandidate","params":{"endpointName":%q,"candidate":"c","sdpMid":"0","sdpMLineIndex":0},"id":9}`, endpoint),
				`{"id":9,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
		}
		for range 33 {
			trickle("ann")
		}
		for i := range 32 {
			trickle(fmt.Sprint("nobody", i))
		}
		if n := f.manager.Stats().RemoteCandidatesDropped; n != 2 { // the 33rd of ann, and the 33rd endpoint
			t.Errorf("%d dropped, want 2", n)
		}
		c.publish()
		synctest.Wait()
		if n := len(f.media.got()); n != 32 {
			t.Errorf("%d candidates reached the connection, want 32", n)
		}
	})
}

// An answer of paired connections may have 512 KiB: a room of 500 in one description. It fits into what members may
// send, also right behind the connect with which a session goes on on another socket, where nothing was joined before.
func TestTheLongestAnswerFitsAlsoOnAnotherSocket(t *testing.T) {
	f, _ := pairs(t)
	ann := f.pair("ann", `[]`)
	ann.camera()
	bob := f.pair("bob", `[{"id":"ann","streams":[{"id":"webcam"}],"role":"participant"}]`)
	bob.call(`{"method":"subscribe","params":{"senders":["ann_webcam"]},"id":3}`, `{"id":3,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
	bob.text() // the offer
	long := strings.Repeat("a", 512<<10)
	bob.call(`{"method":"subscriberAnswer","params":{"number":1,"sdpAnswer":"`+long+`"},"id":4}`, `{"id":4,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
	bob.call(`{"method":"restartIce","params":{"connection":"subscriber"},"id":6}`, `{"id":6,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
	bob.text()

	back := f.connect()
	back.session = bob.session
	back.send(`{"method":"connect","params":{"sessionId":"$S"},"id":7}`)
	back.send(`{"method":"subscriberAnswer","params":{"number":2,"sdpAnswer":"%s"},"id":8}`, long)
	for answered := false; !answered; {
		answered = strings.HasPrefix(back.text(), `{"id":8,"result"`)
	}
}
