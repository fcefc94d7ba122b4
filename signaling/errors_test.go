package signaling_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling/api"
)

// Every refusal with the code, the sentence and the members it has on the
// wire. $S as a member means that the error carries the session id.
func TestEveryErrorOnTheWire(t *testing.T) {
	const sid = `,"sessionId":"$S"`
	for _, tc := range []struct {
		name    string
		request string // method and params
		code    int
		message string // with what follows it in the error object
	}{
		{"102 not in a room", `"publishVideo","params":{"sdpOffer":"o","doLoopback":false}`, 102, `No participant with id '$S' was found"` + sid},
		{"102 unpublish", `"unpublishVideo"`, 102, `No participant with id '$S' was found"` + sid},
		{"102 receive", `"receiveVideoFrom","params":{"sender":"a_webcam","sdpOffer":"o"}`, 102, `No participant with id '$S' was found"` + sid},
		{"102 unsubscribe", `"unsubscribeFromVideo","params":{"sender":"a_webcam"}`, 102, `No participant with id '$S' was found"` + sid},
		{"102 layers", `"setPreferredLayers","params":{"sender":"a_webcam","spatialLayer":0}`, 102, `No participant with id '$S' was found"` + sid},
		{
			"102 candidate", `"onIceCandidate","params":{"endpointName":"a","candidate":"c","sdpMid":"0","sdpMLineIndex":0}`,
			102, `No participant with id '$S' was found"` + sid,
		},
		{"102 message", `"sendMessage","params":{"message":"m","userMessage":"u","roomMessage":"r"}`, 102, `No participant with id '$S' was found"` + sid},
		{"104", `"joinRoom","params":{"user":"ann","room":"r"}`, 104, `User 'ann' already exists in room 'r'"` + sid},
		{"999 empty user", `"joinRoom","params":{"user":"","room":"r"}`, 999, `Empty user name is not allowed"` + sid},
		{"999 empty room", `"joinRoom","params":{"user":"u","room":""}`, 999, `Empty room name is not allowed"` + sid},
		{"204 no resources", `"joinRoom","params":{"user":"u","room":"another"}`, 204, `No resources left to create new room"` + sid},
		{"-1 missing", `"joinRoom","params":{"user":"u"}`, -1, `Request element 'room' is missing"`},
		{"-1 no params", `"sendMessage"`, -1, `Request element 'message' is missing"`},
		{"-1 both are required", `"publishVideo","params":{"sdpOffer":"o"}`, -1, `Request element 'doLoopback' is missing"`},
		{"-1 wrong type", `"receiveVideoFrom","params":{"sender":[],"sdpOffer":"o"}`, -1, `Request element 'sender' is not a usable string"`},
		{"-1 unsubscribe", `"unsubscribeFromVideo","params":{}`, -1, `Request element 'sender' is missing"`},
		{
			"-1 index out of range", `"onIceCandidate","params":{"endpointName":"a","candidate":"c","sdpMid":"0","sdpMLineIndex":65536}`,
			-1, `Request element 'sdpMLineIndex' is not a usable integer"`,
		},
		{"-1 negative layer", `"setPreferredLayers","params":{"sender":"a","spatialLayer":-1}`, -1, `Request element 'spatialLayer' is not a usable integer"`},
		{"-1 no layer", `"setPreferredLayers","params":{"sender":"a","temporalLayer":0}`, -1, `Request element 'spatialLayer' is missing"`},
		{"-1 no endpoint", `"onIceCandidate","params":{"candidate":"c"}`, -1, `Request element 'endpointName' is missing"`},
		{"-1 custom request", `"customRequest","params":{"hat":true}`, -1, `Unsupported method"`},
		{"-32601", `"poll","params":[]`, -32601, `Method not found"`},
		{"-32602", `"joinRoom","params":["u","r"]`, -32602, `Invalid params: named parameters are expected"`},
		{"-32600", `"joinRoom","params":"u"`, -32600, `Invalid Request: params are an object"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := start(t, func(s *setup) { s.rooms.MaxRooms = 1 })
			f.member("ann", `[]`)
			c := f.connect()
			c.call(`{"method":"connect","id":"c"}`, `{"id":"c","result":{"value":"OK","sessionId":"$S"},"jsonrpc":"2.0"}`)
			c.call(`{"jsonrpc":"2.0","id":5,"method":`+tc.request+`}`,
				fmt.Sprintf(`{"id":5,"error":{"code":%d,"message":"%s},"jsonrpc":"2.0"}`, tc.code, tc.message))
		})
	}
}

func TestErrorsOfMembers(t *testing.T) {
	for _, tc := range []struct {
		name, request string
		code          int
		message       string
	}{
		{"102 sender", `"receiveVideoFrom","params":{"sender":"zoe_webcam","sdpOffer":"o"}`, 102, `User 'zoe not found in room 'r'`},
		{"102 unsubscribe", `"unsubscribeFromVideo","params":{"sender":"zoe_webcam"}`, 102, `User zoe not found in room r`},
		{"102 layers", `"setPreferredLayers","params":{"sender":"zoe_webcam","spatialLayer":0}`, 102, `User zoe not found in room r`},
		{"102 foreign user", `"sendMessage","params":{"message":"m","userMessage":"zoe","roomMessage":"r"}`, 102, `Provided username 'zoe' differs from the participant's name`},
		{"202 foreign room", `"sendMessage","params":{"message":"m","userMessage":"me","roomMessage":"x"}`, 202, `Provided room name 'x' differs from the participant's room`},
		{"104 twice", `"joinRoom","params":{"user":"me","room":"r"}`, 104, `User 'me' already exists in room 'r'`},
		{"201 a second room", `"joinRoom","params":{"user":"me","room":"other"}`, 201, `Already in room 'r' as 'me', leave it first`},
		{"105 unpublish", `"unpublishVideo"`, 105, `Participant 'me' is not streaming media`},
		{"105 receive", `"receiveVideoFrom","params":{"sender":"silent_webcam","sdpOffer":"o"}`, 105, `User 'silent not streaming media in room 'r'`},
		{"105 oneself", `"receiveVideoFrom","params":{"sender":"me_webcam","sdpOffer":"o"}`, 105, `Can loopback only when publishing media`},
		{"105 layers", `"setPreferredLayers","params":{"sender":"silent_webcam","spatialLayer":0}`, 105, `User 'silent not streaming media in room 'r'`},
		{"105 layers of nothing", `"setPreferredLayers","params":{"sender":"ann_webcam","spatialLayer":0}`, 105, `Participant 'me' does not receive user 'ann'`},
		{"302 publish", `"publishVideo","params":{"sdpOffer":"refuse","doLoopback":false}`, 302, `Error generating SDP response for publishing user me`},
		{"302 receive", `"receiveVideoFrom","params":{"sender":"ann_webcam","sdpOffer":"refuse"}`, 302, `Unable to generate SDP answer when subscribing 'me' to 'ann'`},
		{"105 restart of nothing", `"restartIce","params":{"endpointName":"ann","sdpOffer":"o"}`, 105, `Participant 'me' does not receive user 'ann'`},
		{"105 restart of nobody", `"restartIce","params":{"endpointName":"zoe","sdpOffer":"o"}`, 105, `Participant 'me' does not receive user 'zoe'`},
		{"105 restart of no publication", `"restartIce","params":{"endpointName":"me","sdpOffer":"o"}`, 105, `Participant 'me' is not streaming media`},
		{"306 from media", `"receiveVideoFrom","params":{"sender":"ann_webcam","sdpOffer":"code306"}`, 306, `not a web endpoint`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := start(t)
			ann := f.member("ann", `[]`)
			ann.publish()
			f.member("silent", `[{"id":"ann","streams":[{"id":"webcam"}]}]`)
			me := f.member("me", `[{"id":"ann","streams":[{"id":"webcam"}]},{"id":"silent"}]`)
			me.call(`{"id":5,"method":`+tc.request+`}`,
				fmt.Sprintf(`{"id":5,"error":{"code":%d,"message":"%s","sessionId":"$S"},"jsonrpc":"2.0"}`, tc.code, tc.message))
			me.silent()
		})
	}
}

func TestPublishingTwiceIsRefused(t *testing.T) {
	f := start(t)
	me := f.member("me", `[]`)
	me.publish()
	me.call(`{"method":"publishVideo","params":{"sdpOffer":"second","doLoopback":false},"id":3}`,
		`{"id":3,"error":{"code":301,"message":"Participant 'me' is already publishing media, unpublish it first","sessionId":"$S"},"jsonrpc":"2.0"}`)
}

func TestSubscribingTwiceReplacesTheSubscription(t *testing.T) {
	f := start(t)
	f.member("ann", `[]`).publish()
	me := f.member("me", `[{"id":"ann","streams":[{"id":"webcam"}]}]`)
	for _, offer := range []string{"first", "second"} {
		me.call(`{"method":"receiveVideoFrom","params":{"sender":"ann_webcam","sdpOffer":"`+offer+`"},"id":3}`,
			`{"id":3,"result":{"sdpAnswer":"answer to `+offer+`","sessionId":"$S"},"jsonrpc":"2.0"}`)
	}
	for range 2 { // not being subscribed is fine
		me.call(`{"method":"unsubscribeFromVideo","params":{"sender":"ann_webcam"},"id":4}`, `{"id":4,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
	}
}

func TestRoomsAreNotMadeWithoutAutoCreate(t *testing.T) {
	f := start(t, func(s *setup) { s.AutoCreate = false })
	f.connect().call(`{"method":"joinRoom","params":{"user":"ann","room":"r"},"id":1}`,
		`{"id":1,"error":{"code":202,"message":"Room 'r' was not found, must be created before 'ann' can join","sessionId":"$S"},"jsonrpc":"2.0"}`)
	if err := f.manager.CreateRoom("r", room.Settings{}); err != nil {
		t.Fatal(err)
	}
	f.member("ann", `[]`)
}

func TestPolicyAndCapsOfRooms(t *testing.T) {
	f := start(t, func(s *setup) {
		s.rooms.Policy, s.rooms.MaxParticipants, s.rooms.MaxSubscriptions = room.Policy{Create: noNewRooms}, 2, 1
	})
	c := f.connect()
	c.call(`{"method":"joinRoom","params":{"user":"ann","room":"forbidden"},"id":1}`,
		`{"id":1,"error":{"code":204,"message":"User cannot create a new room","sessionId":"$S"},"jsonrpc":"2.0"}`)
	f.member("ann", `[]`)
	f.member("bob", `[{"id":"ann"}]`)
	c.call(`{"method":"joinRoom","params":{"user":"cy","room":"r"},"id":2}`,
		`{"id":2,"error":{"code":201,"message":"Room 'r' is full: 2 participants are allowed","sessionId":"$S"},"jsonrpc":"2.0"}`)
}

func noNewRooms(_ context.Context, ask room.CreateRequest, _ *room.Settings) error {
	if ask.Room == "forbidden" {
		return errors.New("by policy")
	}
	return nil
}

func TestMediaThatNeverAnswersIsGivenUp(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		c := f.member("ann", `[]`)
		start := time.Now()
		c.call(`{"method":"publishVideo","params":{"sdpOffer":"hang","doLoopback":false},"id":3}`,
			`{"id":3,"error":{"code":303,"message":"No answer from the media server in 30s","sessionId":"$S"},"jsonrpc":"2.0"}`)
		if d := time.Since(start); d != 30*time.Second {
			t.Errorf("took %v", d)
		}
		c.publish()
	})
}

func TestPingIsAnsweredWhileARequestHangs(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		c := f.member("ann", `[]`)
		c.send(`{"method":"publishVideo","params":{"sdpOffer":"hang","doLoopback":false},"id":3}`)
		c.send(`{"method":"unpublishVideo","id":4}`) // waits: one request at a time
		c.silent()
		c.expect(`{"id":3,"error":{"code":303,"message":"No answer from the media server in 30s","sessionId":"$S"},"jsonrpc":"2.0"}`)
		c.expect(`{"id":4,"error":{"code":105,"message":"Participant 'ann' is not streaming media","sessionId":"$S"},"jsonrpc":"2.0"}`)
	})
}

func TestMediaErrorIsToldToItsOwner(t *testing.T) {
	f := start(t)
	c := f.member("ann", `[]`)
	c.publish()
	f.media.observer("ann").Failed("ICE failed")
	c.expect(`{"method":"mediaError","params":{"error":"CONNECTION_LOST: ICE failed(errCode=303)"},"jsonrpc":"2.0"}`)
}

func TestEvictedParticipantKeepsItsSocketAndMayComeBack(t *testing.T) {
	f := start(t)
	ann := f.member("ann", `[]`)
	bob := f.member("bob", `[{"id":"ann"}]`)
	ann.text()
	if err := f.manager.Evict(t.Context(), room.ParticipantID(bob.session)); err != nil {
		t.Fatal(err)
	}
	ann.expect(`{"method":"participantLeft","params":{"name":"bob"},"jsonrpc":"2.0"}`)
	bob.expect(`{"method":"participantEvicted","params":{},"jsonrpc":"2.0"}`)
	// Also under the same request id: the stored answer is of another stay.
	bob.join("r", "bob", `[{"id":"ann"}]`)
	ann.expect(`{"method":"participantJoined","params":{"id":"bob"},"jsonrpc":"2.0"}`)
}

func TestCustomRequestIsTheApplications(t *testing.T) {
	f := start(t, func(s *setup) {
		s.CustomRequest = func(_ context.Context, from room.ParticipantInfo, params json.RawMessage) (any, error) {
			switch string(params) {
			case `{"hat":"true"}`:
				return map[string]string{"user": from.User}, nil
			case `{"list":1}`:
				return []int{1, 2}, nil
			case `{"taken":1}`:
				return nil, &room.Error{Code: room.CodeUserExists, Msg: "taken"}
			case `{"own":1}`:
				return nil, &api.Error{Code: 4711, Message: "own code"}
			case `{"bad":1}`:
				return func() {}, nil
			}
			return nil, errors.New("hat filter already on")
		}
	})
	c := f.connect()
	c.call(`{"method":"customRequest","params":{"hat":"true"},"id":1}`,
		`{"id":1,"error":{"code":102,"message":"No participant with id '$S' was found","sessionId":"$S"},"jsonrpc":"2.0"}`)
	c.join("r", "ann", `[]`)
	for params, want := range map[string]string{
		`{"hat":"true"}`: `"result":{"user":"ann","sessionId":"$S"}`,
		`{"list":1}`:     `"result":{"value":[1,2],"sessionId":"$S"}`,
		`{"taken":1}`:    `"error":{"code":104,"message":"taken","sessionId":"$S"}`,
		`{"own":1}`:      `"error":{"code":4711,"message":"own code"}`,
		`{"bad":1}`:      `"error":{"code":-32603,"message":"Internal error"}`,
		`{"marker":2}`:   `"error":{"code":-1,"message":"hat filter already on"}`,
	} {
		c.call(`{"method":"customRequest","params":`+params+`,"id":9}`, `{"id":9,`+want+`,"jsonrpc":"2.0"}`)
	}
	if err := f.server.Notify(room.ParticipantID(c.session), api.CustomNotification, map[string]int{"MarkerFilterState": -1}); err != nil {
		t.Fatal(err)
	}
	c.expect(`{"method":"custonNotification","params":{"MarkerFilterState":-1},"jsonrpc":"2.0"}`)
	if err := f.server.Notify("nobody", "x", nil); err != nil {
		t.Error(err)
	}
	if err := f.server.Notify("nobody", "x", func() {}); err == nil {
		t.Error("a function was sent")
	}
}

func TestRequestsWithoutIDAreServedAndNotAnswered(t *testing.T) {
	f := start(t)
	c := f.connect()
	c.send(`{"method":"joinRoom","params":{"user":"ann","room":"r"}}`)
	c.send(`{"method":"sendMessage","params":{"message":"m","userMessage":"ann","roomMessage":"r"},"id":null}`)
	c.send(`{"method":"unpublishVideo"}`)
	c.send(`{"method":"noSuchMethod"}`)
	c.send(`{"method":"ping"}`)
	c.send(`{"method":"connect"}`)
	c.send(`{"method":"connect","params":{"sessionId":"unknown"}}`)
	c.expect(`{"method":"sendMessage","params":{"room":"r","user":"ann","message":"m"},"jsonrpc":"2.0"}`)
	c.silent()
}
