package rpc_test

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// peer is the raw far end of a Conn: a pipe without buffers, so that what is
// not read is not written, in the fake time of a synctest bubble.
type peer struct {
	t    *testing.T
	conn net.Conn
	br   *bufio.Reader
	rpc  *rpc.Conn
	done chan error // what Serve returned
	when time.Time  // when it returned; read after done
}

// open connects a peer to a Conn whose requests go to handle.
func open(t *testing.T, cfg rpc.Config, handle func(*rpc.Conn, rpc.Request)) *peer {
	t.Helper()
	near, far := net.Pipe()
	return openOver(t, near, far, cfg, handle)
}

// openOver is open with the two ends of a connection, of which near is the
// Conn's.
func openOver(t *testing.T, near, far net.Conn, cfg rpc.Config, handle func(*rpc.Conn, rpc.Request)) *peer {
	t.Helper()
	t.Cleanup(func() { _ = far.Close() })
	p := &peer{t: t, conn: far, br: bufio.NewReader(far), done: make(chan error, 1)}
	ready := p.accept(near, cfg, handle)
	_, err := io.WriteString(far, "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n")
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(p.br, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := <-ready; err != nil {
		t.Fatal(err)
	}
	if ext := resp.Header.Get("Sec-WebSocket-Extensions"); ext != "" {
		t.Fatalf("negotiated %q: inflated messages would pass the read limit", ext)
	}
	return p
}

// accept upgrades what comes over near and serves it. It says when p.rpc is
// there.
func (p *peer) accept(near net.Conn, cfg rpc.Config, handle func(*rpc.Conn, rpc.Request)) <-chan error {
	ready := make(chan error, 1)
	go func() {
		r, err := http.ReadRequest(bufio.NewReader(near))
		if err != nil {
			ready <- err
			return
		}
		p.rpc, err = rpc.NewUpgrader(cfg).Upgrade(&hijacked{conn: near}, r)
		ready <- err
		if err != nil {
			return
		}
		err = p.rpc.Serve(func(req rpc.Request) { handle(p.rpc, req) })
		p.when = time.Now()
		p.done <- err
	}()
	return ready
}

type hijacked struct{ conn net.Conn }

func (h *hijacked) Header() http.Header         { return http.Header{} }
func (h *hijacked) Write(b []byte) (int, error) { return len(b), nil }
func (h *hijacked) WriteHeader(int)             {}
func (h *hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return h.conn, bufio.NewReadWriter(bufio.NewReader(h.conn), bufio.NewWriter(h.conn)), nil
}

const (
	opContinuation, opText, opBinary = 0, 1, 2
	opClose, opPing, opPong          = 8, 9, 10
)

// write sends one frame, masked with zeros.
func (p *peer) write(op byte, final bool, payload string) {
	b := []byte{op, 0x80}
	if final {
		b[0] |= 0x80
	}
	switch n := len(payload); {
	case n < 126:
		b[1] |= byte(n)
	case n < 1<<16:
		b[1] |= 126
		b = binary.BigEndian.AppendUint16(b, uint16(n))
	default:
		b[1] |= 127
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	b = append(b, 0, 0, 0, 0)
	// A connection that ends in the middle is the business of the test's end.
	_, _ = p.conn.Write(append(b, payload...))
}

// read returns the next frame.
func (p *peer) read() (op byte, payload string, err error) {
	var h [2]byte
	if _, err := io.ReadFull(p.br, h[:]); err != nil {
		return 0, "", err
	}
	n := uint64(h[1])
	switch n {
	case 126:
		var l [2]byte
		_, _ = io.ReadFull(p.br, l[:])
		n = uint64(binary.BigEndian.Uint16(l[:]))
	case 127:
		var l [8]byte
		_, _ = io.ReadFull(p.br, l[:])
		n = binary.BigEndian.Uint64(l[:])
	}
	b := make([]byte, n)
	_, err = io.ReadFull(p.br, b)
	return h[0] & 15, string(b), err
}

func (p *peer) expect(op byte, payload string) {
	p.t.Helper()
	gotOp, got, err := p.read()
	if err != nil || gotOp != op || got != payload {
		p.t.Fatalf("got frame %d %q %v, want %d %q", gotOp, clip(got), err, op, clip(payload))
	}
}

// expectClose reads up to a close frame, skipping pings, and hangs up.
func (p *peer) expectClose(code int, reason string) {
	p.t.Helper()
	for {
		op, payload, err := p.read()
		if err == nil && op == opPing {
			continue
		}
		want := string(websocket.FormatCloseMessage(code, reason))
		if err != nil || op != opClose || payload != want {
			p.t.Fatalf("got frame %d %q %v, want close %q", op, payload, err, want)
		}
		_ = p.conn.Close()
		return
	}
}

func (p *peer) ended(want error) {
	p.t.Helper()
	if err := <-p.done; !errors.Is(err, want) {
		p.t.Fatalf("Serve returned %v, want %v", err, want)
	}
	_ = p.conn.Close()
}

// hangUp closes the connection and waits for the far end to notice.
func (p *peer) hangUp() {
	p.t.Helper()
	_ = p.conn.Close()
	if err := <-p.done; err == nil {
		p.t.Error("Serve returned nil")
	}
}

func clip(s string) string { return s[:min(len(s), 100)] }
