package signaling_test

import (
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/room"
)

// turnstile stops a room in the middle of an event, before anybody has been
// notified of it. What a client has by then was sent before the notifications.
type turnstile struct {
	room.NopHandler
	armed   map[string]bool // set before anything happens
	stopped chan struct{}
	onward  chan struct{}
}

func newTurnstile(events ...string) *turnstile {
	s := &turnstile{armed: make(map[string]bool), stopped: make(chan struct{}), onward: make(chan struct{})}
	for _, e := range events {
		s.armed[e] = true
	}
	return s
}

func (s *turnstile) pass(event, user string) {
	if s.armed[event+" "+user] {
		s.stopped <- struct{}{}
		<-s.onward
	}
}

func (s *turnstile) OnJoined(e room.JoinedEvent)       { s.pass("joined", e.Participant.User) }
func (s *turnstile) OnLeft(e room.LeftEvent)           { s.pass("left", e.Participant.User) }
func (s *turnstile) OnPublished(e room.PublishedEvent) { s.pass("published", e.Participant.User) }

func (s *turnstile) OnUnpublished(e room.UnpublishedEvent) { s.pass("unpublished", e.Participant.User) }
func (s *turnstile) OnMessage(e room.MessageEvent)         { s.pass("message", e.From.User) }

func TestTrap11OrderOfAnswersAndNotifications(t *testing.T) {
	at := newTurnstile("joined bob", "published bob", "message bob", "unpublished bob", "left bob")
	f := start(t, func(s *setup) { s.first = at })
	ann, bob := f.member("ann", `[]`), f.connect()

	bob.send(`{"method":"joinRoom","params":{"user":"bob","room":"r"},"id":1}`)
	<-at.stopped
	bob.silent() // participantJoined comes before the joiner's answer
	at.onward <- struct{}{}
	ann.expect(`{"method":"participantJoined","params":{"id":"bob"},"jsonrpc":"2.0"}`)
	bob.expect(`{"id":1,"result":{"value":[{"id":"ann"}],"sessionId":"$S"},"jsonrpc":"2.0"}`)

	bob.send(`{"method":"publishVideo","params":{"sdpOffer":"trickle","doLoopback":false},"id":2}`)
	<-at.stopped
	bob.expect(`{"id":2,"result":{"sdpAnswer":"answer to trickle","sessionId":"$S"},"jsonrpc":"2.0"}`)
	ann.silent()
	at.onward <- struct{}{}
	ann.expect(`{"method":"participantPublished","params":{"id":"bob","streams":[{"id":"webcam"}]},"jsonrpc":"2.0"}`)
	bob.expect(`{"method":"iceCandidate","params":{"endpointName":"bob","sdpMLineIndex":0,"sdpMid":"0","candidate":"candidate:early"},"jsonrpc":"2.0"}`)

	bob.send(`{"method":"sendMessage","params":{"message":"m","userMessage":"bob","roomMessage":"r"},"id":3}`)
	<-at.stopped
	bob.expect(`{"id":3,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
	bob.silent()
	at.onward <- struct{}{}
	for _, c := range []*client{ann, bob} {
		c.expect(`{"method":"sendMessage","params":{"room":"r","user":"bob","message":"m"},"jsonrpc":"2.0"}`)
	}

	bob.send(`{"method":"unpublishVideo","id":4}`)
	<-at.stopped
	bob.expect(`{"id":4,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
	ann.silent()
	at.onward <- struct{}{}
	ann.expect(`{"method":"participantUnpublished","params":{"name":"bob"},"jsonrpc":"2.0"}`)

	bob.send(`{"method":"leaveRoom","id":5}`)
	<-at.stopped
	bob.silent() // participantLeft comes before the leaver's answer
	at.onward <- struct{}{}
	ann.expect(`{"method":"participantLeft","params":{"name":"bob"},"jsonrpc":"2.0"}`)
	bob.expect(`{"id":5,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
	bob.expectClose(1000, "left the room")
}

// What happens while somebody joins is told after the list it changes.
func TestNothingIsToldBeforeTheAnswerToJoinRoom(t *testing.T) {
	at := newTurnstile("message ann")
	f := start(t, func(s *setup) { s.first = at })
	ann := f.member("ann", `[]`)
	ann.send(`{"method":"sendMessage","params":{"message":"m","userMessage":"ann","roomMessage":"r"},"id":3}`)
	<-at.stopped
	bob, cy := f.connect(), f.connect()
	bob.send(`{"method":"joinRoom","params":{"user":"bob","room":"r"},"id":1}`)
	cy.send(`{"method":"joinRoom","params":{"user":"cy","room":"r"},"id":1}`)
	bob.silent()
	cy.silent()
	at.onward <- struct{}{}
	for _, c := range []*client{bob, cy} {
		if got := c.text(); !strings.HasPrefix(got, `{"id":1,"result":{"value":[{"id":"ann"}`) {
			t.Errorf("the first thing was %s", got)
		}
	}
}
