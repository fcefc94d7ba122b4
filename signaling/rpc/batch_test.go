package rpc_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// counted is a connection that counts its writes, each of which is a system
// call on a TCP connection, and can be made to fail in the middle of one.
type counted struct {
	net.Conn
	writes atomic.Int64
	fail   atomic.Bool // the next write stops after its first three octets
}

func (c *counted) Write(b []byte) (int, error) {
	c.writes.Add(1)
	if !c.fail.Load() {
		return c.Conn.Write(b)
	}
	n, _ := c.Conn.Write(b[:min(3, len(b))])
	return n, syscall.ECONNRESET
}

func openCounted(t *testing.T, cfg rpc.Config) (*peer, *counted) {
	t.Helper()
	near, far := net.Pipe()
	c := &counted{Conn: near}
	p := openOver(t, c, far, cfg, echo)
	c.writes.Store(0)
	return p, c
}

func TestFramesThatWaitLeaveWithOneWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, conn := openCounted(t, rpc.Config{})
		p.rpc.Send([]byte("being written"))
		synctest.Wait()
		for i := range 100 {
			p.rpc.Send(fmt.Appendf(nil, "frame %d", i))
		}
		p.expect(opText, "being written")
		for i := range 100 {
			p.expect(opText, fmt.Sprintf("frame %d", i))
		}
		if n := conn.writes.Load(); n != 2 {
			t.Errorf("%d writes, want 2", n)
		}
		p.hangUp()
	})
}

func TestPongAndPingLeaveBeforeTheFramesOfTheirWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, conn := openCounted(t, rpc.Config{WriteTimeout: time.Hour, PingInterval: time.Second})
		p.rpc.Send([]byte("being written"))
		synctest.Wait()
		p.rpc.Send([]byte("a"))
		p.write(opPing, true, strings.Repeat("p", 125))
		synctest.Wait()
		p.rpc.Send([]byte("b"))
		p.expect(opText, "being written")
		p.expect(opPong, strings.Repeat("p", 125))
		p.expect(opText, "a")
		p.expect(opText, "b")
		p.expect(opPing, "") // of its own write, after two seconds of silence
		if n := conn.writes.Load(); n != 3 {
			t.Errorf("%d writes, want 3", n)
		}
		p.hangUp()
	})
}

func TestCloseFollowsTheFramesOfTheLastWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, conn := openCounted(t, rpc.Config{})
		p.rpc.Send([]byte("being written"))
		synctest.Wait()
		for range 3 {
			p.rpc.Send([]byte("x"))
		}
		p.rpc.Close(rpc.CloseNormal, "done")
		p.rpc.Send([]byte("dropped"))
		p.expect(opText, "being written")
		for range 3 {
			p.expect(opText, "x")
		}
		p.expectClose(rpc.CloseNormal, "done")
		p.ended(rpc.ErrClosed)
		if n := conn.writes.Load(); n != 3 {
			t.Errorf("%d writes, want 3", n)
		}
	})
}

// Lengths on both sides of where the header grows, parsed by a client that is
// not of this house.
func TestFramesOfEveryLengthAreUnderstood(t *testing.T) {
	lengths := []int{0, 1, 125, 126, 127, 16<<10 - 1, 16 << 10, 16<<10 + 1, 65535, 65536, 1 << 20, 2, 0}
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		p := &peer{t: t, conn: far, done: make(chan error, 1)}
		ready := p.accept(near, rpc.Config{QueueLimit: 1 << 30}, echo)
		dialer := websocket.Dialer{NetDial: func(string, string) (net.Conn, error) { return far, nil }}
		client, resp, err := dialer.DialContext(t.Context(), "ws://a", nil)
		if err := errors.Join(err, <-ready); err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		for round := range 2 { // waiting for the reader, and each by itself
			for i, n := range lengths {
				p.rpc.Send([]byte(strings.Repeat(string(rune('a'+i)), n)))
				if round == 1 {
					synctest.Wait()
				}
			}
			for i, n := range lengths {
				kind, got, err := client.ReadMessage()
				if err != nil || kind != websocket.TextMessage || string(got) != strings.Repeat(string(rune('a'+i)), n) {
					t.Fatalf("frame %d of %d octets: kind %d, %d octets, %v", i, n, kind, len(got), err)
				}
			}
		}
		p.hangUp()
	})
}

func TestFailedWriteEndsTheConnection(t *testing.T) {
	for name, frames := range map[string]int{"one frame": 1, "many frames": 50} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, conn := openCounted(t, rpc.Config{})
				p.rpc.Send([]byte("being written"))
				synctest.Wait()
				conn.fail.Store(true)
				for range frames {
					p.rpc.Send([]byte("frame"))
				}
				p.expect(opText, "being written")
				rest, _ := io.ReadAll(p.br)
				if string(rest) != "\x81\x05f" {
					t.Errorf("after a failed write came %q", rest)
				}
				p.ended(rpc.ErrLost)
				if n := conn.writes.Load(); n != 2 {
					t.Errorf("%d writes, want none after the failure", n)
				}
			})
		})
	}
}

// A peer that takes a part of a batch and then no more has had its time.
func TestBatchTakenInPartIsLostAfterTheWriteTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _ := openCounted(t, rpc.Config{PeerTimeout: time.Hour})
		p.rpc.Send([]byte("being written"))
		synctest.Wait()
		for range 10 {
			p.rpc.Send([]byte("frame"))
		}
		p.expect(opText, "being written")
		start := time.Now()
		for range 4 {
			time.Sleep(time.Second)
			_, _ = io.ReadFull(p.conn, make([]byte, 7))
		}
		p.ended(rpc.ErrLost)
		if d := p.when.Sub(start); d != 10*time.Second {
			t.Errorf("lost after %v, want 10 s", d)
		}
	})
}

func TestWhatIsBeingWrittenCountsUntilItIsTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		frame := []byte(strings.Repeat("x", 10))
		p, _ := openCounted(t, rpc.Config{QueueLimit: 100})
		p.rpc.Send(frame)
		synctest.Wait()
		for range 9 {
			p.rpc.Send(frame)
		}
		p.expect(opText, string(frame)) // makes room for one
		synctest.Wait()
		p.rpc.Send(frame)
		// A part of the batch makes no room.
		_, _ = io.ReadFull(p.conn, make([]byte, 8*(2+len(frame))))
		synctest.Wait()
		if len(p.done) != 0 {
			t.Fatal("closed before the limit was exceeded")
		}
		p.rpc.Send([]byte("x"))
		p.ended(rpc.ErrSlowConsumer)
	})
}

func TestWhatWasTakenMakesRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _ := openCounted(t, rpc.Config{QueueLimit: 100})
		frame := []byte(strings.Repeat("x", 10))
		for range 50 {
			for range 10 {
				p.rpc.Send(frame)
			}
			for range 10 {
				p.expect(opText, string(frame))
			}
			synctest.Wait()
		}
		p.hangUp()
	})
}

// The websocket itself answers a broken frame with a close frame, while the
// writer is at work: neither tears the other's frames apart.
func TestProtocolErrorDuringAWrite(t *testing.T) {
	p := open(t, rpc.Config{}, echo) // in no bubble: one write waits for the other with a lock
	p.rpc.Send([]byte("being written"))
	begun := make([]byte, 1)
	_, _ = io.ReadFull(p.conn, begun)
	_, _ = io.WriteString(p.conn, "\xf1\x80\x00\x00\x00\x00")
	p.br = bufio.NewReader(io.MultiReader(bytes.NewReader(begun), p.conn))
	p.expect(opText, "being written")
	for {
		op, payload, err := p.read()
		if err != nil {
			break
		}
		if op != opClose || !strings.HasPrefix(payload, "\x03\xea") {
			t.Errorf("frame %d %q", op, payload)
		}
	}
	if err := <-p.done; err == nil || errors.Is(err, rpc.ErrClosed) {
		t.Errorf("Serve returned %v", err)
	}
}
