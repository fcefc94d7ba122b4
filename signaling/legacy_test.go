package signaling_test

import (
	"testing"
	"time"
)

// A client that has not declared to understand the extensions is in a room where all of
// them are used, also on itself, and gets what Kurento Room's clients always got, to the
// octet.
func TestOldClientsSeeNothingNew(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		old := f.member("old", `[]`)
		nothing := func() { t.Helper(); old.silent() }
		sees := func(want string) { t.Helper(); old.expect("%s", want); nothing() }

		mod, _ := f.modern("mod", `,"metadata":{"a":1}`)
		sees(`{"method":"participantJoined","params":{"id":"mod"},"jsonrpc":"2.0"}`)
		mod.answer(`"publishVideo","params":{"sdpOffer":"offer","doLoopback":false,"stream":"screen"}`)
		nothing()
		mod.answer(`"publishVideo","params":{"sdpOffer":"offer","doLoopback":false}`)
		sees(`{"method":"participantPublished","params":{"id":"mod","streams":[{"id":"webcam"}]},"jsonrpc":"2.0"}`)
		old.publish()
		old.call(`{"method":"receiveVideoFrom","params":{"sender":"mod_webcam","sdpOffer":"trickle","stream":"screen"},"id":3}`,
			`{"id":3,"result":{"sdpAnswer":"answer to trickle","sessionId":"$S"},"jsonrpc":"2.0"}`)
		sees(`{"method":"iceCandidate","params":{"endpointName":"mod","sdpMLineIndex":0,"sdpMid":"0","candidate":"candidate:early"},"jsonrpc":"2.0"}`)

		for _, request := range []string{
			`"raiseHand","params":{"raised":true}`,
			`"changeMetadata","params":{"metadata":{"b":2}}`,
			`"sendData","params":{"data":1}`,
			`"sendData","params":{"data":1,"to":["old"]}`,
			`"muteParticipant","params":{"user":"old","audio":true}`,
			`"muteAll","params":{"audio":true}`,
			`"askToUnmute","params":{"user":"old","audio":true}`,
			`"muteParticipant","params":{"user":"old","audio":false}`,
			`"changeRoom","params":{"lobby":true,"chatHistory":3,"metadata":{"c":3}}`,
			`"changeGrants","params":{"user":"old","role":"moderator"}`,
			`"unpublishVideo","params":{"stream":"screen"}`,
		} {
			if got := mod.answer(request); codeOf(t, got) != 0 {
				t.Fatalf("%s: %s", request, got)
			}
			nothing()
		}

		mod.answer(`"unpublishParticipant","params":{"user":"old"}`)
		sees(`{"method":"mediaError","params":{"error":"NOT_PERMITTED: ended by a moderator(errCode=403)"},"jsonrpc":"2.0"}`)

		dan := f.connect()
		dan.answer(`"joinRoom","params":{"user":"dan","room":"r"}`)
		nothing() // although it may moderate by now
		mod.answer(`"admitParticipant","params":{"user":"dan"}`)
		nothing()
		dan.answer(`"joinRoom","params":{"user":"dan","room":"r"}`)
		sees(`{"method":"participantJoined","params":{"id":"dan"},"jsonrpc":"2.0"}`)
		mod.answer(`"evictParticipant","params":{"user":"dan","reason":"noise"}`)
		sees(`{"method":"participantLeft","params":{"name":"dan"},"jsonrpc":"2.0"}`)

		mod.answer(`"unpublishVideo"`)
		sees(`{"method":"participantUnpublished","params":{"name":"mod"},"jsonrpc":"2.0"}`)
		f.say(mod, "mod", "hi")
		sees(`{"method":"sendMessage","params":{"room":"r","user":"mod","message":"hi"},"jsonrpc":"2.0"}`)
		mod.answer(`"evictParticipant","params":{"user":"old","reason":"noise"}`)
		sees(`{"method":"participantEvicted","params":{},"jsonrpc":"2.0"}`)

		mod.answer(`"changeRoom","params":{"lobby":false}`)
		old.call(`{"method":"joinRoom","params":{"user":"old","room":"r"},"id":4}`, `{"id":4,"result":{"value":[{"id":"mod"}],"sessionId":"$S"},"jsonrpc":"2.0"}`)
		nothing()
		mod.answer(`"closeRoom","params":{"reason":"over"}`)
		old.expect(`{"method":"roomClosed","params":{"room":"r"},"jsonrpc":"2.0"}`)
		old.expectClose(1000, "the room was closed")
	}, withRoles)
}

// The application acts on the same room.
func TestWhatTheApplicationDoesInOldWords(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		old := f.member("old", `[]`)
		ann, _ := f.modern("ann", ``)
		old.skip()
		app := f.manager.Moderate("r")
		if err := app.Message(t.Context(), "hello"); err != nil {
			t.Fatal(err)
		}
		for _, c := range []*client{old, ann} {
			c.expect(`{"method":"sendMessage","params":{"room":"r","user":"","message":"hello"},"jsonrpc":"2.0"}`)
		}
		if err := app.Message(t.Context(), "psst", "ann"); err != nil {
			t.Fatal(err)
		}
		ann.expect(`{"method":"sendMessage","params":{"room":"r","user":"","message":"psst"},"jsonrpc":"2.0"}`)
		old.silent()
		if err := app.Ban(t.Context(), "ann", time.Minute, ""); err != nil {
			t.Fatal(err)
		}
		ann.expect(`{"method":"participantEvicted","params":{},"jsonrpc":"2.0"}`)
		old.expect(`{"method":"participantLeft","params":{"name":"ann"},"jsonrpc":"2.0"}`)
	})
}
