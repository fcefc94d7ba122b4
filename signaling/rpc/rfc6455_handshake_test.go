package rpc_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// handshakeCase is a request for a websocket, and the status of the answer.
type handshakeCase struct {
	status  int
	section string // of RFC 6455
	does    string
	request string // the first line, headers; "" is the good ones
	headers map[string]string
}

// goodHeaders are those of the example of section 1.3.
func goodHeaders() map[string]string {
	return map[string]string{
		"Host": "server.example.com", "Upgrade": "websocket", "Connection": "Upgrade",
		"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13",
	}
}

func handshakeCases() []handshakeCase {
	type h = map[string]string
	return []handshakeCase{
		{101, "1.3", "The example of the RFC.", "", nil},
		{101, "4.2.1", "`Upgrade` in other letters: `WebSocket`.", "", h{"Upgrade": "WebSocket"}},
		{101, "4.2.1", "`Connection` is a list, as Firefox sends it.", "", h{"Connection": "keep-alive, Upgrade"}},
		{101, "4.2.1", "`Upgrade` is a list.", "", h{"Upgrade": "h2c, websocket"}},
		{101, "4.2.2", "A subprotocol is offered; the answer takes none.", "", h{"Sec-WebSocket-Protocol": "chat, superchat"}},
		{101, "9.1", "Compression is offered; the answer takes none.", "", h{"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"}},
		{101, "9.1", "Extensions that nobody knows; the answer takes none.", "", h{"Sec-WebSocket-Extensions": "x-unknown; a=b, foo"}},
		{101, "4.2.1", "A browser's other headers.", "", h{"Origin": "http://example.com", "Cookie": "a=b", "User-Agent": "x"}},
		{400, "4.2.1", "No `Upgrade`.", "", h{"Upgrade": ""}},
		{400, "4.2.1", "`Upgrade` to something else.", "", h{"Upgrade": "h2c"}},
		{400, "4.2.1", "No `Connection`.", "", h{"Connection": ""}},
		{400, "4.2.1", "`Connection` without `Upgrade`.", "", h{"Connection": "keep-alive"}},
		{400, "4.2.1", "No key.", "", h{"Sec-WebSocket-Key": ""}},
		{400, "4.2.1", "A key of 15 octets.", "", h{"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25j"}},
		{400, "4.2.1", "A key of 17 octets.", "", h{"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZWE="}},
		{400, "4.2.1", "A key that is not base64.", "", h{"Sec-WebSocket-Key": "!!!!!!!!!!!!!!!!!!!!!!=="}},
		{400, "4.2.1", "No version.", "", h{"Sec-WebSocket-Version": ""}},
		{400, "4.4", "Version 8, of the drafts.", "", h{"Sec-WebSocket-Version": "8"}},
		{400, "4.4", "Version 0.", "", h{"Sec-WebSocket-Version": "0"}},
		{405, "4.2.1", "POST instead of GET.", "POST /room HTTP/1.1", nil},
		{400, "4.2.1", "A line that is no request.", "GET", nil},
		{400, "4.1", "HTTP/1.1 without `Host`.", "", h{"Host": ""}},
	}
}

func TestRFC6455Handshake(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	up := rpc.NewUpgrader(rpc.Config{})
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, err := up.Upgrade(w, r); err == nil {
			_ = c.Serve(func(rpc.Request) {})
		}
	})}
	go func() { _ = server.Serve(listener) }()
	defer server.Close()
	for _, c := range handshakeCases() {
		t.Run(c.does, func(t *testing.T) {
			answer := c.ask(t, listener.Addr().String())
			if answer.StatusCode != c.status {
				t.Fatalf("status %d, want %d", answer.StatusCode, c.status)
			}
			if c.status == http.StatusSwitchingProtocols {
				want := http.Header{"Upgrade": {"websocket"}, "Connection": {"Upgrade"}, "Sec-Websocket-Accept": {"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="}}
				if diff := cmp.Diff(want, answer.Header); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

// ask sends the request and returns the answer.
func (c *handshakeCase) ask(t *testing.T, address string) *http.Response {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	headers := goodHeaders()
	for name, value := range c.headers {
		if headers[name] = value; value == "" {
			delete(headers, name)
		}
	}
	lines := []string{c.request}
	if c.request == "" {
		lines[0] = "GET /room HTTP/1.1"
	}
	for name, value := range headers {
		lines = append(lines, name+": "+value)
	}
	if _, err := io.WriteString(conn, strings.Join(lines, "\r\n")+"\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer
}
