package session_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/load/session"
)

// The words of a paired session, as docs/protocol.md has them.
func TestWordsOfPairedConnections(t *testing.T) {
	o := kurento(t, map[string][]string{
		"joinRoom": {`{"id":$,"result":{"value":[{"id":"bob","streams":[{"id":"screen"}]}],"connections":"paired","sessionId":"s"},"jsonrpc":"2.0"}`},
		"publish":  {`{"id":$,"result":{"sdpAnswer":"answer","sessionId":"s"},"jsonrpc":"2.0"}`},
		"subscribe": {
			`{"method":"subscriberOffer","params":{"number":3,"sdpOffer":"o","streams":[{"sender":"bob_webcam","mids":["0","1"]},{"sender":"bob_screen","mids":["2"]}]},"jsonrpc":"2.0"}`,
			`{"method":"participantUnpublished","params":{"name":"bob","streams":[{"id":"screen"}]},"jsonrpc":"2.0"}`,
			`{"method":"participantUnpublished","params":{"name":"bob","streams":[{"id":"webcam"}]},"jsonrpc":"2.0"}`,
			`{"id":$,"result":{"failed":[{"sender":"cy_webcam","code":105,"message":"no"}],"sessionId":"s"},"jsonrpc":"2.0"}`,
		},
		"subscriberAnswer": {`{"id":$,"result":{"sessionId":"s"},"jsonrpc":"2.0"}`},
		"leaveRoom":        {`{"id":$,"result":{"sessionId":"s"},"jsonrpc":"2.0"}`},
	})
	e := newEar(t)
	d := session.NewDialer(session.Options{Timeout: patience, TLS: insecure()})
	ann := d.Room(o.url, session.Member{Room: "r", User: "ann", Paired: true, Handler: e})
	t.Cleanup(ann.Close)
	peers, err := ann.Join(t.Context())
	must(t, err)
	if diff := cmp.Diff([]session.Peer{{User: "bob"}}, peers); diff != "" { // a screen is no camera
		t.Errorf("(-want +got):\n%s", diff)
	}
	answer, err := ann.Publish(t.Context(), "m=audio\r\na=mid:0\r\nm=video\r\na=mid:1\r\n")
	must(t, err)
	if answer != "answer" {
		t.Errorf("answer %q", answer)
	}
	refused, err := ann.SubscribeTo(t.Context(), []string{"bob", "cy"}, true)
	must(t, err)
	if len(refused) != 1 || session.Reason(refused["cy"]) != "subscribe: 105 user not streaming" {
		t.Errorf("refused are %v", refused)
	}
	e.hears("offer 3 of map[bob:[0 1]]", "unpublished bob")
	must(t, ann.Answer(t.Context(), 3, "mine"))
	must(t, ann.Leave(t.Context()))
	e.heardNothing()
	want := []string{
		`joinRoom {"user":"ann","room":"r","dataChannels":false,"extensions":true,"connections":"paired"}`,
		`publish {"sdpOffer":"m=audio\r\na=mid:0\r\nm=video\r\na=mid:1\r\n","streams":[{"id":"webcam","mids":["0","1"]}],"fresh":true}`,
		`subscribe {"senders":["bob_webcam","cy_webcam"],"fresh":true}`,
		`subscriberAnswer {"number":3,"sdpAnswer":"mine"}`,
		`leaveRoom `,
	}
	if diff := cmp.Diff(want, o.asks); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

func TestAServerWithoutPairedConnectionsIsNoPlaceForThem(t *testing.T) {
	o := kurento(t, map[string][]string{"joinRoom": {joined}})
	d := session.NewDialer(session.Options{Timeout: patience, TLS: insecure()})
	ann := d.Room(o.url, session.Member{Room: "r", User: "ann", Paired: true})
	t.Cleanup(ann.Close)
	if _, err := ann.Join(t.Context()); session.Reason(err) != "joinRoom: the server has no paired connections" {
		t.Errorf("error %v", err)
	}
}
