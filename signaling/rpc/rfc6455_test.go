package rpc_test

import (
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atrium-rtc/atrium/internal/docstest"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// A websocket test suite written from RFC 6455 itself, octet by octet over a net.Conn. The families are those that
// the field knows from the Autobahn test suite; the cases are our own, because what arrives here must be JSON-RPC.
// docs/websocket.md has them all in a table.

// wsCase is an exchange of octets.
type wsCase struct {
	id      string // family.number
	section string // of RFC 6455
	does    string // the whole case in a sentence
	moves   []move
	cfg     rpc.Config
}

// move sends octets, or waits for a frame of the server: "1:text", "10:payload", or "8:1002" for a close frame of that
// code, after which the server hangs up.
type move struct{ octets, reply string }

func sends(octets ...string) move { return move{octets: strings.Join(octets, "")} }
func gets(reply string) move      { return move{reply: reply} }
func closes(code int) move        { return move{reply: fmt.Sprint("8:", code)} }

// inPieces sends octets in pieces of a size.
func inPieces(size int, octets string) (moves []move) {
	for piece := range slices.Chunk([]byte(octets), size) {
		moves = append(moves, sends(string(piece)))
	}
	return moves
}

// maskKey is the one that section 5.7 has in its example.
const maskKey = "\x37\xfa\x21\x3d"

const (
	fin  = 0x80
	rsv1 = 0x40
	rsv2 = 0x20
	rsv3 = 0x10
)

// wsFrame is a masked frame, as a client must send it; flags are FIN and the reserved bits.
func wsFrame(flags, op byte, payload string) string {
	b := []byte{flags | op}
	switch n := len(payload); {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), uint64(n))
	}
	return string(b) + maskKey + masked(payload)
}

func masked(payload string) string {
	b := []byte(payload)
	for i := range b {
		b[i] ^= maskKey[i%4]
	}
	return string(b)
}

func text(payload string) string { return wsFrame(fin, opText, payload) }
func ping(payload string) string { return wsFrame(fin, opPing, payload) }

// closing is a close frame with a code and a reason.
func closing(code uint16, reason string) string {
	return wsFrame(fin, opClose, string(binary.BigEndian.AppendUint16(nil, code))+reason)
}

// ask is a request that carries a text, which must be fit for a JSON string; told is its answer.
func ask(carried string) string { return `{"id":1,"method":"m","params":{"x":"` + carried + `"}}` }

func told(carried string) move {
	return gets(`1:{"id":1,"result":{"x":"` + carried + `"},"jsonrpc":"2.0"}`)
}

// askOf is a request of exactly so many octets, toldOf its answer.
func askOf(octets int) string { return ask(strings.Repeat("*", octets-len(ask("")))) }
func toldOf(octets int) move  { return told(strings.Repeat("*", octets-len(ask("")))) }

// parseError is the answer to text that is no JSON: it shows that the text itself was accepted.
func parseError() move {
	return gets(`1:{"id":null,"error":{"code":-32700,"message":"Parse error: the message is not JSON"},"jsonrpc":"2.0"}`)
}

// returnParams answers a request with its own parameters.
func returnParams(c *rpc.Conn, r rpc.Request) {
	if frame, err := rpc.ResultFrame(r.ID, r.Params); err == nil {
		c.Send(frame)
	}
}

func TestRFC6455(t *testing.T) {
	for _, c := range wsCases() {
		t.Run(c.id, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { c.play(t) })
		})
	}
}

// play plays the moves. Where the server has not closed, it must be well in the end: it answers a ping and says goodbye.
func (c *wsCase) play(t *testing.T) {
	p := open(t, c.cfg, returnParams)
	out := make(chan string)
	go func() {
		for octets := range out { // what comes while nobody reads is lost with the connection
			_, _ = io.WriteString(p.conn, octets)
		}
	}()
	defer close(out)
	closed := false
	for _, m := range c.moves {
		if m.reply == "" {
			out <- m.octets
			continue
		}
		c.expectReply(t, p, m.reply)
		closed = strings.HasPrefix(m.reply, "8:")
	}
	if !closed {
		out <- ping("are you well?")
		c.expectReply(t, p, "10:are you well?")
		out <- closing(1000, "")
		c.expectReply(t, p, "8:1000")
	}
	if op, payload, err := p.read(); !errors.Is(err, io.EOF) {
		t.Errorf("%s: after the close came frame %d %q, %v", c.does, op, clip(payload), err)
	}
	if err := <-p.done; err == nil {
		t.Error("Serve returned nil")
	}
	_ = p.conn.Close()
}

// expectReply reads the next frame that is not a ping of the server.
func (c *wsCase) expectReply(t *testing.T, p *peer, want string) {
	t.Helper()
	for {
		op, payload, err := p.read()
		if err == nil && op == opPing {
			continue
		}
		got := fmt.Sprintf("%d:%s", op, payload)
		if op == opClose && len(payload) >= 2 {
			got = fmt.Sprint("8:", binary.BigEndian.Uint16([]byte(payload)))
		}
		if err != nil || got != want {
			t.Fatalf("%s: got %q %v, want %q", c.does, clip(got), err, clip(want))
		}
		return
	}
}

func wsCases() []wsCase {
	return slices.Concat(framingCases(), pingCases(), reservedCases(), opcodeCases(), fragmentCases(), utf8Cases(), closeCases(), limitCases())
}

// Nothing of what is sent may arrive later than the machine is slow: what breaks off in the middle ends with the silence
// of the peer, and not before.
func TestRFC6455FramesThatNeverEnd(t *testing.T) {
	whole := text(askOf(300))
	for cut := 1; cut < len(whole); cut += 7 {
		synctest.Test(t, func(t *testing.T) {
			p := open(t, rpc.Config{}, returnParams)
			go func() { _, _ = io.Copy(io.Discard, p.br) }()
			begun := time.Now()
			_, _ = io.WriteString(p.conn, whole[:cut])
			p.ended(rpc.ErrLost)
			if d := p.when.Sub(begun); d < 8*time.Second || d > 10*time.Second {
				t.Errorf("cut after %d octets: ended after %v, want 9 s", cut, d)
			}
		})
	}
}

var update = flag.Bool("update", false, "write the table of docs/websocket.md anew")

// The table of the documentation is the suite. After changing a case: make docs
func TestDocsHoldTheCasesOfRFC6455(t *testing.T) {
	cases := wsCases()
	var b strings.Builder
	b.WriteString("| case | RFC 6455 | what is sent, and what must happen |\n|---|---|---|\n")
	seen := make(map[string]bool)
	for _, c := range cases {
		if seen[c.id] {
			t.Errorf("there are two cases %s", c.id)
		}
		seen[c.id] = true
		fmt.Fprintf(&b, "| %s | %s | %s |\n", c.id, c.section, strings.ReplaceAll(c.does, "|", `\|`))
	}
	handshakes := handshakeCases()
	var h strings.Builder
	h.WriteString("| status | RFC 6455 | the request |\n|---|---|---|\n")
	for _, c := range handshakes {
		fmt.Fprintf(&h, "| %d | %s | %s |\n", c.status, c.section, c.does)
	}
	if n := len(cases) + len(handshakes); n < 100 {
		t.Errorf("only %d cases", n)
	}
	docstest.Hold(t, "../../docs/websocket.md", *update, map[string]string{
		"cases": b.String(), "handshakes": h.String(),
		"number": fmt.Sprintf("%d exchanges of frames and %d handshakes.\n", len(cases), len(handshakes)),
	})
}
