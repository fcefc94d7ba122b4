package signaling_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/room"
)

func TestICERestartsOnBothKindsOfConnections(t *testing.T) {
	f := start(t)
	ann := f.member("ann", `[]`)
	ann.publish()
	bob := f.member("bob", `[{"id":"ann","streams":[{"id":"webcam"}]}]`)
	ann.expect(`{"method":"participantJoined","params":{"id":"bob"},"jsonrpc":"2.0"}`)
	bob.call(`{"method":"receiveVideoFrom","params":{"sender":"ann_webcam","sdpOffer":"o"},"id":3}`,
		`{"id":3,"result":{"sdpAnswer":"answer to o","sessionId":"$S"},"jsonrpc":"2.0"}`)
	ann.call(`{"method":"restartIce","params":{"endpointName":"ann","sdpOffer":"v=0\r\na=ice-ufrag:u1\r\na=ice-pwd:p1\r\na=ice-ufrag:other\r\n"},"id":4}`,
		`{"id":4,"result":{"sdpAnswer":"answer to offer with ICE for u1","sessionId":"$S"},"jsonrpc":"2.0"}`)
	bob.call(`{"method":"restartIce","params":{"endpointName":"ann","sdpOffer":"a=ice-ufrag:u2\na=ice-pwd:p2"},"id":4}`,
		`{"id":4,"result":{"sdpAnswer":"answer to o with ICE for u2","sessionId":"$S"},"jsonrpc":"2.0"}`)
	ann.silent() // nobody else hears of it
	f.media.mu.Lock()
	defer f.media.mu.Unlock()
	if diff := cmp.Diff([]room.ICECredentials{{Ufrag: "u1", Password: "p1"}, {Ufrag: "u2", Password: "p2"}}, f.media.restarts); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
