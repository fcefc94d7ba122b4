package session_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/load/session"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// original is a server that says what a test scripts, in the shapes of Kurento
// Room 6.6: for each method the frames to send, with the request's id for "$".
type original struct {
	*httptest.Server
	url  string
	asks []string // the requests, as they came; read when the session is over
}

func kurento(t *testing.T, script map[string][]string) *original {
	up := rpc.NewUpgrader(rpc.Config{})
	o := new(original)
	served := make(chan struct{}, 16)
	o.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := up.Upgrade(w, r)
		if err != nil {
			return
		}
		_ = conn.Serve(func(req rpc.Request) {
			o.asks = append(o.asks, req.Method+" "+string(req.Params))
			for _, frame := range script[req.Method] {
				if frame == "hang up" {
					conn.Close(rpc.CloseNormal, "")
					return
				}
				conn.Send([]byte(strings.ReplaceAll(frame, "$", string(req.ID))))
			}
		})
		served <- struct{}{}
	}))
	o.Config.ErrorLog = log.New(io.Discard, "", 0)
	o.StartTLS()
	t.Cleanup(o.Close)
	o.url = "wss" + strings.TrimPrefix(o.URL, "https") + "/room"
	return o
}

const joined = `{"id":$,"result":{"value":[],"sessionId":"s"},"jsonrpc":"2.0"}`

// insecure trusts the test server's certificate.
func insecure() *tls.Config { return &tls.Config{InsecureSkipVerify: true} }

func (o *original) join(t *testing.T, e *ear) (*session.Room, error) {
	d := session.NewDialer(session.Options{Timeout: patience, TLS: insecure()})
	r := d.Room(o.url, session.Member{Room: "r", User: "ann", Handler: e})
	t.Cleanup(r.Close)
	_, err := r.Join(t.Context())
	return r, err
}

func TestOriginalServerIsUnderstood(t *testing.T) {
	o := kurento(t, map[string][]string{
		"joinRoom": {`{"id":$,"result":{"value":[{"id":"bob","streams":[{"id":"webcam"}]},{"id":"cy"}],"sessionId":"s"},"jsonrpc":"2.0"}`},
		"publishVideo": {
			// Candidates may come before the answer.
			`{"method":"iceCandidate","params":{"endpointName":"ann","sdpMLineIndex":"1","sdpMid":null,"candidate":"candidate:1"},"jsonrpc":"2.0"}`,
			`{"id":$,"result":{"sdpAnswer":"v=0","sessionId":"s"},"jsonrpc":"2.0"}`,
			`{"method":"participantJoined","params":{"id":"dan"},"jsonrpc":"2.0"}`,
			`{"method":"participantPublished","params":{"id":"dan","streams":[{"id":"webcam"}]},"jsonrpc":"2.0"}`,
			`{"method":"custonNotification","params":{"MarkerFilterState":-1},"jsonrpc":"2.0"}`,
			`{"method":"participantLeft","params":{"name":"dan"},"jsonrpc":"2.0"}`,
		},
		"receiveVideoFrom": {`{"id":$,"error":{"code":302,"message":"Unable to generate SDP answer","sessionId":"s"},"jsonrpc":"2.0","data":{}}`},
		"unpublishVideo":   {`{"id":$,"error":{"code":-1,"message":"java.lang.RuntimeException:x","data":"stack"},"jsonrpc":"2.0"}`},
		"leaveRoom":        {`{"id":$,"result":{"sessionId":"s"},"jsonrpc":"2.0"}`, "hang up"},
	})
	e := newEar(t)
	d := session.NewDialer(session.Options{TLS: insecure(), Token: "secret"})
	ann := d.Room(o.url, session.Member{Room: "r", User: "ann", Handler: e})
	peers, err := ann.Join(t.Context())
	must(t, err)
	want := []session.Peer{{User: "bob", Publishing: true}, {User: "cy"}}
	if diff := cmp.Diff(want, peers); diff != "" {
		t.Error(diff)
	}
	if answer, err := ann.Publish(t.Context(), "o"); err != nil || answer != "v=0" {
		t.Errorf("got %q %v", answer, err)
	}
	e.hears("candidate of ann candidate:1", "published dan", "left dan")
	_, err = ann.Subscribe(t.Context(), "bob", "o")
	if got := session.Reason(err); got != "receiveVideoFrom: 302 media sdp error" {
		t.Errorf("got %q", got)
	}
	if got := session.Reason(ann.Unpublish(t.Context())); got != "unpublishVideo: -1 fault" {
		t.Errorf("got %q", got)
	}
	must(t, ann.Leave(t.Context()))
	<-ann.Done()
	e.heardNothing()
	wantAsks := []string{
		`joinRoom {"user":"ann","room":"r","dataChannels":false}`,
		`publishVideo {"sdpOffer":"o","doLoopback":false}`,
		`receiveVideoFrom {"sender":"bob_webcam","sdpOffer":"o"}`,
		`unpublishVideo `,
		`leaveRoom `,
	}
	if diff := cmp.Diff(wantAsks, o.asks); diff != "" {
		t.Error(diff)
	}
}

func TestOriginalServerLeavesTheSocketOpen(t *testing.T) {
	for notification, want := range map[string]string{
		`{"method":"participantEvicted","params":{},"jsonrpc":"2.0"}`:      "evicted from the room",
		`{"method":"roomClosed","params":{"room":"r"},"jsonrpc":"2.0"}`:    "the room was closed",
		`{"method":"participantLeft","params":{"id":"x"},"jsonrpc":"2.0"}`: "json-rpc: unusable message",
		`{"method":"participantPublished","params":[1],"jsonrpc":"2.0"}`:   "json-rpc: unusable message",
		`{"method":"iceCandidate","params":{"endpointName":7}}`:            "json-rpc: unusable message",
		`{"method":"participantUnpublished","jsonrpc":"2.0"}`:              "json-rpc: unusable message",
		`no JSON`: "json-rpc: unusable message",
	} {
		o := kurento(t, map[string][]string{
			"joinRoom":       {joined},
			"unpublishVideo": {notification, `{"method":"participantLeft","params":{"name":"bob"}}`},
		})
		e := newEar(t)
		ann, err := o.join(t, e)
		must(t, err)
		if err := ann.Unpublish(t.Context()); err == nil {
			t.Errorf("%s: answered", notification)
		}
		<-ann.Done()
		e.hears("closed " + want)
		e.heardNothing()
	}
}

func TestEndDuringJoinIsOnlyTheErrorOfJoin(t *testing.T) {
	for name, tc := range map[string]struct {
		frames []string
		reason string
	}{
		"hung up":         {[]string{"hang up"}, "joinRoom: websocket closed by the server with 1000"},
		"room is closing": {[]string{`{"method":"roomClosed","params":{"room":"r"}}`, joined}, ""},
		"no list":         {[]string{`{"id":$,"result":{"value":"x"}}`}, "joinRoom: json-rpc: unusable message"},
		"not understood":  {[]string{`{"id":null,"error":{"code":-32700,"message":"what?"}}`}, "joinRoom: -32700 parse error"},
	} {
		o := kurento(t, map[string][]string{"joinRoom": tc.frames})
		e := newEar(t)
		ann, err := o.join(t, e)
		if got := session.Reason(err); err == nil || tc.reason != "" && got != tc.reason {
			t.Errorf("%s: got %v, want %s", name, err, tc.reason)
		}
		<-ann.Done()
		e.heardNothing()
	}
}

func TestAnswerWithoutSDPIsAnError(t *testing.T) {
	o := kurento(t, map[string][]string{"joinRoom": {joined}, "publishVideo": {`{"id":$,"result":{"sessionId":"s"}}`}})
	ann, err := o.join(t, newEar(t))
	must(t, err)
	if _, err := ann.Publish(t.Context(), "o"); session.Reason(err) != "publishVideo: json-rpc: unusable message" {
		t.Errorf("got %v", err)
	}
}

func TestRequestsEndWithTheirContextAndTheSession(t *testing.T) {
	o := kurento(t, map[string][]string{"joinRoom": {joined}}) // and nothing else is answered
	e := newEar(t)
	ann, err := o.join(t, e)
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := session.Reason(ann.Unpublish(ctx)); got != "unpublishVideo: cancelled" {
		t.Errorf("got %q", got)
	}
	if got := session.Reason(ann.Leave(ctx)); got != "leaveRoom: cancelled" {
		t.Errorf("got %q", got)
	}
	<-ann.Done()

	ann, err = o.join(t, e)
	must(t, err)
	ended := make(chan error)
	go func() { ended <- ann.Unpublish(t.Context()) }()
	ann.Vanish()
	if err := <-ended; !errors.Is(err, rpc.ErrClosed) {
		t.Errorf("a request of a vanished participant ended with %v", err)
	}
	ann.Close()
	e.heardNothing()
}

func TestVanishedParticipantStaysConnectedAndSilent(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer listener.Close()
	ready, proceed, ends := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	o := kurento(t, map[string][]string{"joinRoom": {joined}})
	go func() { // a proxy that sees the octets
		ends <- func() error {
			client, err := listener.Accept()
			if err != nil {
				return err
			}
			defer client.Close()
			server, err := net.Dial("tcp", o.Listener.Addr().String())
			if err != nil {
				return err
			}
			defer server.Close()
			go func() { _, _ = io.Copy(client, server) }()
			forward := make(chan struct{})
			go func() {
				defer close(forward)
				_, _ = io.Copy(server, client)
			}()
			<-ready
			_ = client.SetReadDeadline(time.Now()) // take over from the forwarder
			<-forward
			_ = client.SetReadDeadline(time.Time{})
			if _, err := client.Write(make([]byte, 1000)); err != nil {
				return fmt.Errorf("the connection was not open: %w", err)
			}
			close(proceed)
			said, err := io.ReadAll(client)
			if len(said) > 0 || err != nil && !strings.Contains(err.Error(), "reset") {
				return fmt.Errorf("said %q, %w", said, err)
			}
			return nil
		}()
	}()
	d := session.NewDialer(session.Options{TLS: insecure()})
	ann := d.Room("wss://"+listener.Addr().String()+"/room", session.Member{Room: "r", User: "ann"})
	_, err = ann.Join(t.Context())
	must(t, err)
	ann.Vanish()
	close(ready)
	<-proceed
	select {
	case <-ann.Done():
		t.Error("over before Close")
	default:
	}
	ann.Close()
	if err := <-ends; err != nil {
		t.Error(err)
	}
}

func TestJoinWithoutAServer(t *testing.T) {
	refusing := httptest.NewServer(reply(http.StatusServiceUnavailable, "full"))
	defer refusing.Close()
	closed := httptest.NewServer(nil)
	closed.Close()
	untrusted := kurento(t, nil)
	for url, want := range map[string]string{
		"ws" + strings.TrimPrefix(refusing.URL, "http"): "dial: 503 Service Unavailable",
		"ws" + strings.TrimPrefix(closed.URL, "http"):   "dial: connection refused",
		untrusted.url:               "dial: certificate not trusted",
		"ws://nowhere.example/room": "dial: no such host",
		"http://127.0.0.1/":         "dial: malformed ws or wss URL",
	} {
		e := newEar(t)
		r := session.NewDialer(session.Options{Resolver: names{}}).Room(url, session.Member{Handler: e})
		_, err := r.Join(t.Context())
		if got := session.Reason(err); got != want {
			t.Errorf("%s: got %q, want %q (%v)", url, got, want, err)
		}
		<-r.Done()
		e.heardNothing()
		if _, err := r.Publish(t.Context(), "o"); session.Reason(err) != "publishVideo: not joined" {
			t.Errorf("published: %v", err)
		}
	}
}

func TestCloseInterruptsJoin(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer listener.Close()
	r := session.NewDialer(session.Options{}).Room("ws://"+listener.Addr().String(), session.Member{})
	returned := make(chan struct{})
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = conn.Read(make([]byte, 1)) // the handshake has begun, and is not answered
		r.Close()
		<-returned
	}()
	defer close(returned)
	if _, err := r.Join(t.Context()); !errors.Is(err, rpc.ErrClosed) {
		t.Errorf("got %v", err)
	}
	<-r.Done()
	if _, err := r.Join(t.Context()); !errors.Is(err, rpc.ErrClosed) {
		t.Errorf("joined after Close: %v", err)
	}
}

func TestVanishBeforeJoin(t *testing.T) {
	r := session.NewDialer(session.Options{}).Room("ws://127.0.0.1:1/", session.Member{})
	r.SlowReader(0)
	r.Vanish()
	if _, err := r.Join(t.Context()); !errors.Is(err, rpc.ErrClosed) {
		t.Errorf("got %v", err)
	}
	must(t, session.NewDialer(session.Options{}).Room("ws://127.0.0.1:1/", session.Member{}).Leave(t.Context()))
	r.Close()
	<-r.Done()
}
