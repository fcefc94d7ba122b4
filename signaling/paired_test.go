package signaling_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/room"
)

const (
	sound   = `m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n`
	picture = `m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\n`
	myself  = `"me":{"id":%q,"role":"participant","permissions":["join","publish:audio","publish:video","publish:screen","subscribe","message","data"]},` +
		`"room":{"locked":false,"lobby":false,"muteOnEntry":[],"chatHistory":0}`
)

// pairs starts a server whose media has paired connections.
func pairs(t *testing.T) (*fixture, *pairedMedia) {
	m := &pairedMedia{media: &media{}}
	f := start(t, func(s *setup) { s.real = m })
	return f, m
}

// pair connects and joins room "r" with paired connections.
func (f *fixture) pair(user, others string) *client {
	f.t.Helper()
	c := f.connect()
	c.call(fmt.Sprintf(`{"method":"joinRoom","params":{"user":%q,"room":"r","extensions":true,"connections":"paired"},"id":1}`, user),
		fmt.Sprintf(`{"id":1,"result":{"value":%s,`+myself+`,"connections":"paired","sessionId":"$S"},"jsonrpc":"2.0"}`, others, user))
	return c
}

// camera publishes sound and picture in the first offer, under id 2.
func (c *client) camera() {
	c.t.Helper()
	c.call(`{"method":"publish","params":{"sdpOffer":"`+sound+picture+`","streams":[{"id":"webcam","mids":["0","1"]}]},"id":2}`,
		`{"id":2,"result":{"sdpAnswer":"answer 1","sessionId":"$S"},"jsonrpc":"2.0"}`)
	c.expect(`{"method":"subscribedLayers","params":{"layers":[{"rid":"l","active":true}],"stream":"webcam"},"jsonrpc":"2.0"}`)
}

func TestACallOnPairedConnections(t *testing.T) {
	f, m := pairs(t)
	ann := f.pair("ann", `[]`)
	old := f.member("old", `[{"id":"ann"}]`)
	ann.expect(`{"method":"participantJoined","params":{"id":"old","role":"participant"},"jsonrpc":"2.0"}`)
	ann.camera()
	old.expect(`{"method":"participantPublished","params":{"id":"ann","streams":[{"id":"webcam"}]},"jsonrpc":"2.0"}`)
	bob := f.pair("bob", `[{"id":"ann","streams":[{"id":"webcam"}],"role":"participant"},{"id":"old","role":"participant"}]`)
	for _, c := range []*client{ann, old} {
		if joined := c.text(); !strings.Contains(joined, "participantJoined") {
			t.Fatal(joined)
		}
	}

	bob.call(`{"method":"subscribe","params":{"senders":["ann_webcam","ann_webcam","old_webcam","nobody","x_"]},"id":3}`,
		`{"id":3,"result":{"failed":[{"sender":"nobody","code":102,"message":"A sender is '<user>_<stream>'"},`+
			`{"sender":"x_","code":102,"message":"A sender is '<user>_<stream>'"},`+
			`{"sender":"old_webcam","code":105,"message":"User 'old not streaming media in room 'r'"}],"sessionId":"$S"},"jsonrpc":"2.0"}`)
	bob.expect(`{"method":"subscriberOffer","params":{"number":1,"sdpOffer":"offer 1","streams":[{"sender":"ann_webcam","mids":["0"]}]},"jsonrpc":"2.0"}`)
	bob.call(`{"method":"subscriberAnswer","params":{"number":1,"sdpAnswer":"yes"},"id":4}`, `{"id":4,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
	bob.call(`{"method":"subscriberAnswer","params":{"number":"1","sdpAnswer":"yes"},"id":5}`, `{"id":5,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
	bob.call(`{"method":"restartIce","params":{"connection":"subscriber"},"id":6}`, `{"id":6,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
	bob.expect(`{"method":"subscriberOffer","params":{"number":2,"sdpOffer":"offer 2","streams":[{"sender":"ann_webcam","mids":["0"]}]},"jsonrpc":"2.0"}`)
	bob.call(`{"method":"subscriberAnswer","params":{"number":2,"sdpAnswer":"without 0"},"id":7}`, `{"id":7,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
	bob.expect(`{"method":"subscriptionEnded","params":{"sender":"ann_webcam","code":302,"message":"the publisher sends VP9"},"jsonrpc":"2.0"}`)
	bob.expect(`{"method":"subscriberOffer","params":{"number":3,"sdpOffer":"offer 3","streams":[]},"jsonrpc":"2.0"}`)

	ann.call(`{"method":"onIceCandidate","params":{"connection":"publisher","candidate":"candidate:1","sdpMid":"0","sdpMLineIndex":0},"id":8}`,
		`{"id":8,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
	bob.call(`{"method":"onIceCandidate","params":{"connection":"subscriber","candidate":null,"sdpMid":null},"id":8}`,
		`{"id":8,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
	if diff := cmp.Diff([]room.ICECandidate{{Candidate: "candidate:1", SDPMid: "0"}, {}}, m.got()); diff != "" {
		t.Error(diff)
	}
	ann.call(`{"method":"setOff","params":{"audio":true,"video":false},"id":9}`,
		`{"method":"participantChanged","params":{"id":"ann","streams":[{"id":"webcam","audioOff":true}]},"jsonrpc":"2.0"}`)
	ann.expect(`{"id":9,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
	bob.expect(`{"method":"participantChanged","params":{"id":"ann","streams":[{"id":"webcam","audioOff":true}]},"jsonrpc":"2.0"}`)
	ann.call(`{"method":"publish","params":{"streams":[]},"id":10}`, `{"id":10,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
	old.expect(`{"method":"participantUnpublished","params":{"name":"ann"},"jsonrpc":"2.0"}`)
	old.silent()
	bob.expect(`{"method":"participantUnpublished","params":{"name":"ann","streams":[{"id":"webcam"}]},"jsonrpc":"2.0"}`)
	bob.silent()
}

// What is wrong is said, and the session goes on as it was.
func TestRefusalsOnPairedConnections(t *testing.T) {
	f, _ := pairs(t)
	ann := f.pair("ann", `[]`)
	ann.camera()
	old := f.member("old", `[{"id":"ann","streams":[{"id":"webcam"}]}]`)
	ann.text()
	many := strings.Repeat(`"ann_webcam",`, 10_000) + `"x"`
	for _, tc := range []struct {
		c                  *client
		method, params     string
		code               int
		message, sessionID string
	}{
		{ann, "publishVideo", `{"sdpOffer":"o","doLoopback":false}`, 301, "Participant 'ann' has paired connections: use publish and subscribe", "$S"},
		{ann, "receiveVideoFrom", `{"sender":"old_webcam","sdpOffer":"o"}`, 301, "Participant 'ann' has paired connections: use publish and subscribe", "$S"},
		{ann, "unsubscribeFromVideo", `{"sender":"old_webcam"}`, 301, "Participant 'ann' has paired connections: use publish and subscribe", "$S"},
		{ann, "restartIce", `{"endpointName":"ann","sdpOffer":"o"}`, -1, "Request element 'connection' is missing", ""},
		{ann, "restartIce", `{"connection":"publisher"}`, 301, "To restart ICE on the publishing connection use publish, with an offer that does so", "$S"},
		{ann, "onIceCandidate", `{"connection":"both","candidate":""}`, -1, "Request element 'connection' is not a usable word: it is one of publisher, subscriber", ""},
		{ann, "onIceCandidate", `{"connection":"publisher","candidate":"","sdpMLineIndex":65536}`, -1, "Request element 'sdpMLineIndex' is not a usable integer", ""},
		{ann, "publish", `{"sdpOffer":"o"}`, -1, "Request element 'streams' is missing", ""},
		{ann, "publish", `{"streams":{"id":"webcam"}}`, -1, "Request element 'streams' is not a usable list of streams", ""},
		{ann, "publish", `{"streams":[{"mids":["0"]}]}`, -1, "Request element 'streams' is not a usable list of streams", ""},
		{ann, "publish", `{"streams":[{"id":"webcam","off":["smell"]}]}`, -1, "Request element 'streams' is not a usable list of streams", ""},
		{ann, "publish", `{"sdpOffer":"` + sound + `","streams":[{"id":"screen","mids":["7"]}]}`, 302, "The media sections of stream 'screen' must be in the offer, one of sound and one of picture at most, and of no other stream", "$S"},
		{ann, "publish", `{"sdpOffer":"refuse\r\n` + sound + picture + `","streams":[{"id":"webcam","mids":["0","1"]}]}`, 302, "Error generating SDP response for publishing user ann", "$S"},
		{ann, "publish", `{"sdpOffer":"` + sound + picture + `","streams":[{"id":"webcam","mids":["0","1"]},{"id":"webcam","mids":["0"]}]}`, 301, "Stream 'webcam' is there twice", "$S"},
		{ann, "subscribe", `{"senders":[` + many + `]}`, -1, "Request element 'senders' is not a usable list of strings: there are more than 500", ""},
		{ann, "unsubscribe", `{"senders":[` + many + `]}`, -1, "Request element 'senders' is not a usable list of strings: there are more than 500", ""},
		{ann, "subscriberAnswer", `{"number":1,"sdpAnswer":"o"}`, 302, "Offer 1 does not wait for an answer", "$S"},
		{ann, "subscriberAnswer", `{"number":-1,"sdpAnswer":"o"}`, -1, "Request element 'number' is not a usable integer", ""},
		{ann, "subscriberAnswer", `{"number":9007199254740991,"sdpAnswer":"o"}`, 302, "Offer 2147483647 does not wait for an answer", "$S"},
		{ann, "setOff", `{}`, -1, "Request element 'audio' is missing", ""},
		{ann, "setOff", `{"stream":"screen","audio":true}`, 105, "Participant 'ann' is not streaming 'screen'", "$S"},
		{old, "publish", `{"streams":[]}`, 301, `Participant 'old' has no paired connections: join with \"connections\":\"paired\"`, "$S"},
		{old, "subscribe", `{"senders":[]}`, 301, `Participant 'old' has no paired connections: join with \"connections\":\"paired\"`, "$S"},
		{old, "unsubscribe", `{"senders":[]}`, 301, `Participant 'old' has no paired connections: join with \"connections\":\"paired\"`, "$S"},
		{old, "subscriberAnswer", `{"number":1,"sdpAnswer":"o"}`, 301, `Participant 'old' has no paired connections: join with \"connections\":\"paired\"`, "$S"},
	} {
		session := ""
		if tc.sessionID != "" {
			session = `,"sessionId":"$S"`
		}
		tc.c.call(fmt.Sprintf(`{"method":%q,"params":%s,"id":5}`, tc.method, tc.params),
			fmt.Sprintf(`{"id":5,"error":{"code":%d,"message":"%s"%s},"jsonrpc":"2.0"}`, tc.code, tc.message, session))
	}
	ann.silent()
	old.silent()
	if who, err := f.manager.Participants("r"); err != nil || len(who[0].Streams) != 1 {
		t.Errorf("%+v %v", who, err)
	}
}

// Without extensions, with another word, or with media that cannot, everything is as it was.
func TestPairedConnectionsAreForThoseWhoAskAndWhereTheyAre(t *testing.T) {
	for _, tc := range []struct {
		name, params, more string
		real               room.Media
	}{
		{"no extensions", `"connections":"paired"`, "", &pairedMedia{media: &media{}}},
		{"another word", `"extensions":true,"connections":"triple"`, fmt.Sprintf(","+myself, "ann"), &pairedMedia{media: &media{}}},
		{"other media", `"extensions":true,"connections":"paired"`, fmt.Sprintf(","+myself, "ann"), &media{}},
	} {
		f := start(t, func(s *setup) { s.real = tc.real })
		c := f.connect()
		c.call(`{"method":"joinRoom","params":{"user":"ann","room":"r",`+tc.params+`},"id":1}`,
			`{"id":1,"result":{"value":[]`+tc.more+`,"sessionId":"$S"},"jsonrpc":"2.0"}`)
		c.publish()
	}
}

// A client that comes back repeats what it had no answer to, hears again what it needs, and
// asks for the rest.
func TestAPairedSessionGoesOnOnAnotherSocket(t *testing.T) {
	f, m := pairs(t)
	ann := f.pair("ann", `[]`)
	ann.camera()
	bob := f.pair("bob", `[{"id":"ann","streams":[{"id":"webcam"}],"role":"participant"}]`)
	ann.text()
	subscribe := `{"method":"subscribe","params":{"senders":["ann_webcam"]},"id":7}`
	bob.call(subscribe, `{"id":7,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
	offer := `{"method":"subscriberOffer","params":{"number":1,"sdpOffer":"offer 1","streams":[{"sender":"ann_webcam","mids":["0"]}]},"jsonrpc":"2.0"}`
	bob.expect("%s", offer)
	bob.camera()
	ann.expect(`{"method":"participantPublished","params":{"id":"bob","streams":[{"id":"webcam"}]},"jsonrpc":"2.0"}`)

	again := f.connect()
	again.session = bob.session
	again.call(`{"method":"connect","params":{"sessionId":"$S"},"id":8}`, `{"id":8,"result":{"value":"reconnection successful","sessionId":"$S"},"jsonrpc":"2.0"}`)
	again.expect("%s", offer)
	again.expect(`{"method":"subscribedLayers","params":{"layers":[{"rid":"l","active":true}],"stream":"webcam"},"jsonrpc":"2.0"}`)
	again.call(subscribe, `{"id":7,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
	again.call(`{"method":"publish","params":{"sdpOffer":"`+sound+picture+`","streams":[{"id":"webcam","mids":["0","1"]}]},"id":2}`,
		`{"id":2,"result":{"sdpAnswer":"answer 1","sessionId":"$S"},"jsonrpc":"2.0"}`)
	if n := f.server.Stats().Repeats; n != 2 || m.uplinks[1].offers != 1 {
		t.Errorf("%d requests were found to be repeated, %d offers answered", n, m.uplinks[1].offers)
	}
	again.call(`{"method":"subscriberAnswer","params":{"number":1,"sdpAnswer":"yes"},"id":9}`, `{"id":9,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
	for id := 10; id < 12; id++ { // served each time
		again.call(fmt.Sprintf(`{"method":"getRoom","id":%d}`, id),
			fmt.Sprintf(`{"id":%d,"result":{"value":[{"id":"ann","streams":[{"id":"webcam"}],"role":"participant"}],`+
				strings.Replace(myself, `"data"]}`, `"data"],"streams":[{"id":"webcam"}]}`, 1)+
				`,"connections":"paired","subscriptions":["ann_webcam"],"sessionId":"$S"},"jsonrpc":"2.0"}`, id, "bob"))
	}
	again.silent()
}

func TestALostConnectionOfAPairIsNamed(t *testing.T) {
	f, m := pairs(t)
	ann := f.pair("ann", `[]`)
	ann.camera()
	m.uplinks[0].observer.Failed("ICE failed")
	ann.expect(`{"method":"mediaError","params":{"error":"CONNECTION_LOST: ICE failed(errCode=303)","connection":"publisher"},"jsonrpc":"2.0"}`)
	ann.call(`{"method":"subscribe","params":{"senders":[]},"id":7}`, `{"id":7,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
	m.downlinks[0].observer.Failed("ICE failed")
	ann.expect(`{"method":"mediaError","params":{"error":"CONNECTION_LOST: ICE failed(errCode=303)","connection":"subscriber"},"jsonrpc":"2.0"}`)
	ann.call(`{"method":"publish","params":{"sdpOffer":"`+sound+`","streams":[{"id":"screen","mids":["0"]}]},"id":8}`,
		`{"id":8,"result":{"sdpAnswer":"answer 1","sessionId":"$S"},"jsonrpc":"2.0"}`)
	ann.expect(`{"method":"subscribedLayers","params":{"layers":[{"rid":"l","active":true}],"stream":"screen"},"jsonrpc":"2.0"}`)
	if err := f.manager.Moderate("r").Unpublish(t.Context(), "ann", "screen"); err != nil {
		t.Error(err)
	}
	ann.expect(`{"method":"mediaError","params":{"error":"NOT_PERMITTED: ended by a moderator(errCode=403)","endpointName":"ann","stream":"screen"},"jsonrpc":"2.0"}`)
}

// Who waits in a lobby has its paired connections when it is let in, and not before.
func TestPairedConnectionsBeginAfterTheLobby(t *testing.T) {
	f, _ := pairs(t)
	f.pair("ann", `[]`)
	if _, err := f.manager.Moderate("r").Change(t.Context(), func(s *room.Settings) { s.Lobby = true }); err != nil {
		t.Fatal(err)
	}
	dan := f.connect()
	join := `{"method":"joinRoom","params":{"user":"dan","room":"r","extensions":true,"connections":"paired"},"id":1}`
	dan.call(join, `{"id":1,"error":{"code":425,"message":"Room 'r' has a lobby: wait there until somebody lets you in","sessionId":"$S"},"jsonrpc":"2.0"}`)
	dan.call(`{"method":"publish","params":{"streams":[]},"id":2}`, `{"id":2,"error":{"code":102,"message":"No participant with id '$S' was found","sessionId":"$S"},"jsonrpc":"2.0"}`)
	if err := f.manager.Moderate("r").Admit(t.Context(), "dan"); err != nil {
		t.Fatal(err)
	}
	dan.expect(`{"method":"admitted","params":{"room":"r"},"jsonrpc":"2.0"}`)
	dan.call(join, `{"id":1,"result":{"value":[{"id":"ann","role":"participant"}],`+
		strings.Replace(fmt.Sprintf(myself, "dan"), `"lobby":false`, `"lobby":true`, 1)+`,"connections":"paired","sessionId":"$S"},"jsonrpc":"2.0"}`)
	dan.camera()
}
