package signaling_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/room"
)

func TestPreferredLayersReachTheMedia(t *testing.T) {
	f := start(t)
	f.member("ann_b", `[]`).publish()
	me := f.member("me", `[{"id":"ann_b","streams":[{"id":"webcam"}]}]`)
	me.call(`{"method":"receiveVideoFrom","params":{"sender":"ann_b_webcam","sdpOffer":"o"},"id":3}`,
		`{"id":3,"result":{"sdpAnswer":"answer to o","sessionId":"$S"},"jsonrpc":"2.0"}`)
	for i, layers := range []string{
		`"spatialLayer":0`,
		`"spatialLayer":"2","temporalLayer":0`,
		`"spatialLayer":1000000,"temporalLayer":null`,
	} {
		me.call(fmt.Sprintf(`{"method":"setPreferredLayers","params":{"sender":"ann_b_webcam",%s},"id":%d}`, layers, 4+i),
			fmt.Sprintf(`{"id":%d,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`, 4+i))
	}
	want := []room.Layers{
		{Spatial: 0, Temporal: room.AllLayers},
		{Spatial: 2, Temporal: 0},
		{Spatial: room.AllLayers, Temporal: room.AllLayers},
	}
	if diff := cmp.Diff(want, f.media.preferred()); diff != "" {
		t.Error(diff)
	}
}

func TestSubscribedLayersAreToldToTheirPublisherAfterItsAnswer(t *testing.T) {
	at := newTurnstile("published ann")
	f := start(t, func(s *setup) { s.first = at })
	ann, bob := f.member("ann", `[]`), f.member("bob", `[{"id":"ann"}]`)
	ann.expect(`{"method":"participantJoined","params":{"id":"bob"},"jsonrpc":"2.0"}`)
	ann.send(`{"method":"publishVideo","params":{"sdpOffer":"simulcast","doLoopback":false},"id":2}`)
	<-at.stopped
	ann.expect(`{"id":2,"result":{"sdpAnswer":"answer to simulcast","sessionId":"$S"},"jsonrpc":"2.0"}`)
	ann.silent()
	at.onward <- struct{}{}
	bob.expect(`{"method":"participantPublished","params":{"id":"ann","streams":[{"id":"webcam"}]},"jsonrpc":"2.0"}`)
	ann.expect(`{"method":"subscribedLayers","params":{"layers":[{"rid":"h","active":false},{"rid":"l","active":true}]},"jsonrpc":"2.0"}`)
	bob.silent()
}
