package signaling_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/internal/sfutest"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu"
)

// withSFU puts the built-in media server behind the rooms.
func withSFU(t *testing.T) func(*setup) {
	t.Helper()
	engine := sfutest.Start(t, sfu.ListenConfig{DisableTCP: true}, sfu.Config{Shards: 1})
	return func(s *setup) { s.real = room.SFU(engine, nil) }
}

// quotedOffer is a recorded offer as a JSON string.
func quotedOffer(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "sdp", name))
	if err != nil {
		t.Fatal(err)
	}
	quoted, err := json.Marshal(string(b))
	if err != nil {
		t.Fatal(err)
	}
	return string(quoted)
}

// message is any message of the server, as far as these tests look.
type message struct {
	ID     *int
	Method string
	Params map[string]any
	Result map[string]any
	Error  struct {
		Code    int
		Message string
	}
}

func (c *client) message() message {
	c.t.Helper()
	var m message
	if err := json.Unmarshal([]byte(c.text()), &m); err != nil {
		c.t.Fatal(err)
	}
	return m
}

// negotiates sends a request with an offer, and expects the answer first, then
// its candidates as notifications with all four members.
func (c *client) negotiates(request, endpoint string) (answer string) {
	c.t.Helper()
	c.send("%s", request)
	first := c.message()
	answer, _ = first.Result["sdpAnswer"].(string)
	if first.Method != "" || !strings.HasPrefix(answer, "v=0") {
		c.t.Fatalf("first came %+v, want the answer", first)
	}
	if !strings.Contains(answer, "a=candidate:") {
		c.t.Errorf("no candidate in the answer:\n%s", answer)
	}
	n := c.message()
	candidate, _ := n.Params["candidate"].(string)
	if n.Method != "iceCandidate" || n.Params["endpointName"] != endpoint || n.Params["sdpMid"] != "0" ||
		n.Params["sdpMLineIndex"] != 0.0 || !strings.HasPrefix(candidate, "candidate:") || len(n.Params) != 4 {
		c.t.Errorf("then came %+v, want a candidate of %s", n, endpoint)
	}
	return answer
}

// drain reads what is left of the candidates.
func (c *client) drain() {
	c.t.Helper()
	c.send(`{"method":"ping","id":777}`)
	for {
		if m := c.message(); m.ID != nil && *m.ID == 777 {
			return
		}
	}
}

func TestRecordedOffersAreAnsweredByTheMediaServer(t *testing.T) {
	f := start(t, withSFU(t))
	ann := f.member("ann_b", `[]`)
	bob := f.member("bob", `[{"id":"ann_b"}]`)
	ann.expect(`{"method":"participantJoined","params":{"id":"bob"},"jsonrpc":"2.0"}`)

	// Candidates come before the offer, in every form that old clients send.
	for i, c := range []string{
		`"candidate:1 1 udp 2113937151 127.0.0.1 50000 typ host","sdpMid":"0","sdpMLineIndex":"0"`,
		`"candidate:2 1 udp 2113937151 0a1b2c3d-1111-2222-3333-444455556666.local 50000 typ host","sdpMid":"0","sdpMLineIndex":0`,
		`"candidate:3 1 tcp 1518280447 127.0.0.1 9 typ host tcptype active","sdpMid":"audio","sdpMLineIndex":0`,
		`"candidate:4 1 udp 2113937151 2001:db8::1 50000 typ host","sdpMid":"0","sdpMLineIndex":0`,
		`"","sdpMid":"","sdpMLineIndex":0`,
	} {
		ann.call(fmt.Sprintf(`{"method":"onIceCandidate","params":{"endpointName":"ann_b","candidate":%s},"id":%d}`, c, 10+i),
			fmt.Sprintf(`{"id":%d,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`, 10+i))
	}
	answer := ann.negotiates(`{"method":"publishVideo","params":{"doLoopback":"true","sdpOffer":`+
		quotedOffer(t, "publish-sendrecv-loopback-data.sdp")+`},"id":20}`, "ann_b")
	if strings.Count(answer, "a=sendrecv") != 3 || strings.Count(answer, "m=application") != 1 {
		t.Errorf("loopback is answered with\n%s", answer)
	}
	bob.expect(`{"method":"participantPublished","params":{"id":"ann_b","streams":[{"id":"webcam"}]},"jsonrpc":"2.0"}`)

	answer = bob.negotiates(`{"method":"receiveVideoFrom","params":{"sender":"ann_b_webcam","sdpOffer":`+
		quotedOffer(t, "subscribe-recvonly.sdp")+`},"id":21}`, "ann_b")
	if strings.Count(answer, "a=sendonly") != 2 {
		t.Errorf("the subscription is answered with\n%s", answer)
	}
	bob.drain()

	bob.send(`{"method":"receiveVideoFrom","params":{"sender":"ann_b_webcam","sdpOffer":%s},"id":22}`,
		quotedOffer(t, "subscribe-broken-no-mlines.sdp"))
	m := bob.message()
	if m.Error.Code != 302 || !strings.HasPrefix(m.Error.Message, "Unable to generate SDP answer when subscribing 'bob' to 'ann_b': ") {
		t.Errorf("an offer without sections is answered with %+v, want 302", m.Error)
	}
	onlyVP9 := strings.NewReplacer("VP8/90000", "X8/90000", "H264/90000", "X4/90000", "AV1/90000", "X1/90000").
		Replace(quotedOffer(t, "subscribe-recvonly.sdp"))
	bob.send(`{"method":"receiveVideoFrom","params":{"sender":"ann_b_webcam","sdpOffer":%s},"id":23}`, onlyVP9)
	if m = bob.message(); m.Error.Code != 302 || !strings.Contains(m.Error.Message, "VP8") {
		t.Errorf("a subscriber without VP8 is told %+v, want 302 naming the codec", m.Error)
	}

	ann.drain()
	ann.call(`{"method":"unpublishVideo","id":24}`, `{"id":24,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
	bob.expect(`{"method":"participantUnpublished","params":{"name":"ann_b"},"jsonrpc":"2.0"}`)
}
