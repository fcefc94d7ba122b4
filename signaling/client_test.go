package signaling_test

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// client is a websocket client written from RFC 6455 for these tests alone: it
// sends any octets and shows what really came.
type client struct {
	t        testing.TB
	conn     net.Conn
	br       *bufio.Reader
	session  string        // the session id of the last answer that had one
	patience time.Duration // against a broken test, not a measure
	came     chan incoming // nil for a client that does not read by itself
	writing  sync.Mutex
	deaf     atomic.Bool // answers no pings
}

type incoming struct {
	op      byte
	payload string
	err     error
}

const (
	opText, opClose, opPing, opPong = 1, 8, 9, 10
	realPatience                    = time.Minute
	fakePatience                    = 24 * time.Hour
)

var errHTTP = errors.New("the server did not upgrade")

// handshake upgrades an open connection.
func handshake(t testing.TB, conn net.Conn, host string, header ...string) (*client, int, error) {
	return handshakeAt(t, conn, "/room", host, header...)
}

// handshakeAt is handshake at another address, such as one with a query.
func handshakeAt(t testing.TB, conn net.Conn, at, host string, header ...string) (*client, int, error) {
	c := &client{t: t, conn: conn, br: bufio.NewReader(conn), patience: realPatience}
	lines := append([]string{
		"GET " + at + " HTTP/1.1", "Host: " + host, "Connection: Upgrade", "Upgrade: websocket",
		"Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
	}, header...)
	if _, err := io.WriteString(conn, strings.Join(lines, "\r\n")+"\r\n\r\n"); err != nil {
		return nil, 0, err
	}
	resp, err := http.ReadResponse(c.br, nil)
	if err != nil {
		return nil, 0, err
	}
	if resp.StatusCode != http.StatusSwitchingProtocols {
		_ = resp.Body.Close()
		return nil, resp.StatusCode, errHTTP
	}
	return c, resp.StatusCode, nil
}

// frame writes one masked frame.
func (c *client) frame(op byte, payload string) error {
	b := []byte{0x80 | op}
	switch n := len(payload); {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), uint64(n))
	}
	key := [4]byte{0x12, 0x34, 0x56, 0x78}
	b = append(b, key[:]...)
	for i := range len(payload) {
		b = append(b, payload[i]^key[i%4])
	}
	c.writing.Lock()
	defer c.writing.Unlock()
	_, err := c.conn.Write(b)
	return err
}

// send sends a text frame; "$S" in it is the session id.
func (c *client) send(format string, args ...any) {
	c.t.Helper()
	if err := c.frame(opText, strings.ReplaceAll(fmt.Sprintf(format, args...), "$S", c.session)); err != nil {
		c.t.Fatalf("send: %v", err)
	}
}

// pump reads until the connection ends and answers pings and close frames, as
// every websocket library does by itself.
func (c *client) pump() {
	c.came = make(chan incoming, 8192)
	go func() {
		for {
			op, payload, err := c.read()
			if err == nil && op == opPing {
				if !c.deaf.Load() {
					_ = c.frame(opPong, payload)
				}
				continue
			}
			if err == nil && op == opClose {
				_ = c.frame(opClose, payload)
			}
			c.came <- incoming{op, payload, err}
			if err != nil {
				return
			}
		}
	}()
}

// read reads one frame.
func (c *client) read() (op byte, payload string, err error) {
	var h [2]byte
	if _, err := io.ReadFull(c.br, h[:]); err != nil {
		return 0, "", err
	}
	if h[0]&0xf0 != 0x80 || h[1]&0x80 != 0 {
		return 0, "", fmt.Errorf("frame header %x", h)
	}
	n := uint64(h[1])
	switch n {
	case 126:
		var l [2]byte
		_, _ = io.ReadFull(c.br, l[:])
		n = uint64(binary.BigEndian.Uint16(l[:]))
	case 127:
		var l [8]byte
		_, _ = io.ReadFull(c.br, l[:])
		n = binary.BigEndian.Uint64(l[:])
	}
	b := make([]byte, n)
	_, err = io.ReadFull(c.br, b)
	return h[0] & 15, string(b), err
}

// next returns the next frame that is not a ping.
func (c *client) next() (op byte, payload string, err error) {
	select {
	case in := <-c.came:
		return in.op, in.payload, in.err
	case <-time.After(c.patience):
		return 0, "", os.ErrDeadlineExceeded
	}
}

// text returns the next text message.
func (c *client) text() string {
	c.t.Helper()
	op, payload, err := c.next()
	if err != nil || op != opText {
		c.t.Fatalf("got frame %d %q %v, want a message", op, payload, err)
	}
	var answer struct{ Result, Error struct{ SessionID string } }
	if json.Unmarshal([]byte(payload), &answer) == nil {
		if id := answer.Result.SessionID + answer.Error.SessionID; id != "" {
			c.session = id
		}
	}
	return payload
}

// expect compares the next message with want to the octet, which checks every
// member, their absence, and the order. "$S" in want is the session id.
func (c *client) expect(want string, args ...any) {
	c.t.Helper()
	got := c.text()
	want = strings.ReplaceAll(fmt.Sprintf(want, args...), "$S", c.session)
	if got != want {
		c.t.Fatalf("\n got %s\nwant %s", got, want)
	}
}

// call sends a request and compares what comes next.
func (c *client) call(request, want string) {
	c.t.Helper()
	c.send("%s", request)
	c.expect("%s", want)
}

// expectClose reads the server's close frame.
func (c *client) expectClose(code int, reason string) {
	c.t.Helper()
	op, payload, err := c.next()
	if err != nil || op != opClose || len(payload) < 2 {
		c.t.Fatalf("got frame %d %q %v, want a close frame", op, payload, err)
	}
	if got := int(binary.BigEndian.Uint16([]byte(payload))); got != code || payload[2:] != reason {
		c.t.Fatalf("closed with %d %q, want %d %q", got, payload[2:], code, reason)
	}
	_ = c.conn.Close()
}

// silent checks that nothing more comes before the answer to a ping.
func (c *client) silent() {
	c.t.Helper()
	c.call(`{"method":"ping","id":"quiet"}`, `{"id":"quiet","result":{"value":"pong"},"jsonrpc":"2.0"}`)
}

// goodbye closes with a close frame.
func (c *client) goodbye(code uint16) {
	_ = c.frame(opClose, string(binary.BigEndian.AppendUint16(nil, code)))
	_ = c.conn.Close()
}

// join joins a room under id 1 and expects the given list of others.
func (c *client) join(room, user, others string) {
	c.t.Helper()
	c.call(fmt.Sprintf(`{"jsonrpc":"2.0","method":"joinRoom","params":{"user":%q,"room":%q},"id":1}`, user, room),
		fmt.Sprintf(`{"id":1,"result":{"value":%s,"sessionId":"$S"},"jsonrpc":"2.0"}`, others))
}

// publish publishes under id 2.
func (c *client) publish() {
	c.t.Helper()
	c.call(`{"method":"publishVideo","params":{"sdpOffer":"offer","doLoopback":false},"id":2}`,
		`{"id":2,"result":{"sdpAnswer":"answer to offer","sessionId":"$S"},"jsonrpc":"2.0"}`)
}
