package signaling_test

import (
	"errors"
	"io"
	"testing"

	"github.com/creachadair/jrpc2"
	"github.com/google/go-cmp/cmp"
)

// A JSON-RPC library that knows nothing of Kurento must understand the server.
func TestIndependentJSONRPCClient(t *testing.T) {
	f := start(t)
	notified := make(chan string, 10)
	ann := jrpc2.NewClient(channel{f.connect()}, &jrpc2.ClientOptions{
		OnNotify: func(r *jrpc2.Request) { notified <- r.Method() + r.ParamString() },
	})
	defer ann.Close()

	var joined struct {
		Value     []struct{ ID string }
		SessionID string
	}
	if err := ann.CallResult(t.Context(), "joinRoom", map[string]any{"user": "ann", "room": "r"}, &joined); err != nil {
		t.Fatal(err)
	}
	if len(joined.Value) != 0 || len(joined.SessionID) != 26 {
		t.Errorf("joined %+v", joined)
	}
	var answer struct{ SDPAnswer string }
	offer := map[string]any{"sdpOffer": "o", "doLoopback": false}
	if err := ann.CallResult(t.Context(), "publishVideo", offer, &answer); err != nil || answer.SDPAnswer != "answer to o" {
		t.Errorf("published %+v %v", answer, err)
	}
	_, err := ann.Call(t.Context(), "receiveVideoFrom", map[string]any{"sender": "zoe_webcam", "sdpOffer": "o"})
	var refused *jrpc2.Error
	if !errors.As(err, &refused) || refused.Code != 102 || refused.Message != "User 'zoe not found in room 'r'" {
		t.Errorf("error %v", err)
	}
	_, err = ann.Call(t.Context(), "noSuchMethod", nil)
	if !errors.As(err, &refused) || refused.Code != jrpc2.MethodNotFound {
		t.Errorf("error %v", err)
	}
	f.member("bob", `[{"id":"ann","streams":[{"id":"webcam"}]}]`)
	if diff := cmp.Diff(`participantJoined{"id":"bob"}`, <-notified); diff != "" {
		t.Error(diff)
	}
}

// channel carries jrpc2's messages over a websocket.
type channel struct{ c *client }

func (ch channel) Send(msg []byte) error { return ch.c.frame(opText, string(msg)) }

func (ch channel) Recv() ([]byte, error) {
	op, payload, err := ch.c.next()
	if err == nil && op != opText {
		err = io.EOF
	}
	return []byte(payload), err
}

func (ch channel) Close() error { return ch.c.conn.Close() }
