package signaling_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atrium-rtc/atrium/signaling/api"
)

func TestMalformedMessagesAreAnsweredAndForgiven(t *testing.T) {
	f := start(t)
	c := f.member("ann", `[]`)
	const invalid = `{"id":null,"error":{"code":-32600,"message":"Invalid Request: `
	for in, want := range map[string]string{
		`{`:                              `{"id":null,"error":{"code":-32700,"message":"Parse error: the message is not JSON"},"jsonrpc":"2.0"}`,
		``:                               `{"id":null,"error":{"code":-32700,"message":"Parse error: the message is not JSON"},"jsonrpc":"2.0"}`,
		`{"id":1,}`:                      `{"id":null,"error":{"code":-32700,"message":"Parse error: the message is not JSON"},"jsonrpc":"2.0"}`,
		`[{"method":"ping","id":1}]`:     invalid + `batches are not supported"},"jsonrpc":"2.0"}`,
		`7`:                              invalid + `a request is an object"},"jsonrpc":"2.0"}`,
		`{}`:                             invalid + `a method is a string"},"jsonrpc":"2.0"}`,
		`{"method":5}`:                   invalid + `a method is a string"},"jsonrpc":"2.0"}`,
		`{"method":"ping","id":{}}`:      invalid + `an id is a number or a string"},"jsonrpc":"2.0"}`,
		`{"method":"ping","params":"x"}`: invalid + `params are an object"},"jsonrpc":"2.0"}`,
		`{"method":"` + strings.Repeat("x", 60<<10) + `","id":3}`:         `{"id":3,"error":{"code":-32601,"message":"Method not found"},"jsonrpc":"2.0"}`,
		`{"x":` + strings.Repeat(`[`, 70) + strings.Repeat(`]`, 70) + `}`: invalid + `nested too deeply"},"jsonrpc":"2.0"}`,
	} {
		c.call(in, want)
	}
	c.publish()
	if n := len(f.server.Stats().Requests) - len(api.Methods()); n > 3 { // others that succeed, and two codes
		t.Errorf("%d more kinds of requests counted: strangers can make the metrics grow", n)
	}
}

func TestAnswersOfAClientAreDropped(t *testing.T) {
	f := start(t)
	c := f.connect()
	c.send(`{"id":1,"result":{},"jsonrpc":"2.0"}`)
	c.send(`{"id":null,"error":{"code":-32700},"jsonrpc":"2.0"}`)
	c.silent()
}

func TestLongMessagesBeforeJoiningCloseTheSocket(t *testing.T) {
	for _, tc := range []struct {
		octets int
		joined bool
		closed bool
	}{{64 << 10, false, false}, {64<<10 + 1, false, true}, {1 << 20, true, false}, {1<<20 + 1, true, true}} {
		t.Run(fmt.Sprintf("%d octets, joined %v", tc.octets, tc.joined), func(t *testing.T) {
			f := start(t)
			bystander := f.connect()
			c := f.connect()
			if tc.joined {
				c.join("r", "ann", `[]`)
			}
			frame := `{"method":"ping","id":1,"x":""}`
			frame = strings.Replace(frame, `""`, `"`+strings.Repeat("y", tc.octets-len(frame))+`"`, 1)
			if tc.closed {
				_ = c.frame(opText, frame)
				c.expectClose(1009, "message too long")
			} else {
				c.call(frame, `{"id":1,"result":{"value":"pong"},"jsonrpc":"2.0"}`)
			}
			bystander.silent()
		})
	}
}

func TestBinaryAndBadTextCloseTheSocket(t *testing.T) {
	f := start(t)
	c := f.connect()
	_ = c.frame(2, `{"method":"ping","id":1}`)
	c.expectClose(1003, "text messages only")
	c = f.connect()
	_ = c.frame(opText, "{\"method\":\"\xc3\x28\",\"id\":1}")
	c.expectClose(1007, "text is not UTF-8")
}

// R11, with pipes that have no buffers: what is not read waits in the server.
func TestSlowReaderIsCutOffAndDelaysNobody(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		ann := f.member("ann", `[]`)
		deaf := f.deaf()
		deaf.send(`{"method":"joinRoom","params":{"user":"deaf","room":"r"},"id":1}`)
		ann.expect(`{"method":"participantJoined","params":{"id":"deaf"},"jsonrpc":"2.0"}`)
		text := strings.Repeat("x", 60_000)
		start := time.Now()
		for i := 0; f.server.Stats().SlowConsumers == 0; i++ {
			if i > 100 {
				t.Fatal("6 MB are waiting for somebody who reads nothing")
			}
			f.say(ann, "ann", text)
			ann.text() // its own copy
			synctest.Wait()
		}
		if d := time.Since(start); d != 0 {
			t.Errorf("requests of others took %v", d)
		}
		ann.expect(`{"method":"participantLeft","params":{"name":"deaf"},"jsonrpc":"2.0"}`)
		if d := time.Since(start); d != 10*time.Second {
			t.Errorf("gone after %v, want the grace period", d)
		}
	})
}

// The same over TCP, whose buffers hide a slow reader for some megabytes.
func TestSlowReaderOverTCP(t *testing.T) {
	f := start(t, func(s *setup) {
		// So that on a crowded machine only the queue can be the reason.
		s.Socket.PeerTimeout, s.Socket.WriteTimeout = time.Hour, time.Hour
	})
	ann := f.member("ann", `[]`)
	f.deaf().send(`{"method":"joinRoom","params":{"user":"deaf","room":"r"},"id":1}`)
	ann.text()
	text := strings.Repeat("x", 60_000)
	for i := 0; f.server.Stats().SlowConsumers == 0; i++ {
		if i > 900 {
			t.Fatal("54 MB have gone to somebody who reads nothing")
		}
		f.say(ann, "ann", text)
		ann.text()
	}
}

func TestRequestsBeyondTheQueueAreRefused(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		c := f.member("ann", `[]`)
		c.send(`{"method":"publishVideo","params":{"sdpOffer":"hang","doLoopback":false},"id":0}`)
		synctest.Wait()
		for id := range 1024 + 1 {
			c.send(`{"method":"unpublishVideo","id":%d}`, id+1)
		}
		c.expect(`{"id":1025,"error":{"code":-32000,"message":"Too many requests are waiting"},"jsonrpc":"2.0"}`)
		c.silent()
	})
}

func TestOctetsBeyondTheQueueAreRefused(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		c := f.member("ann", `[]`)
		c.send(`{"method":"publishVideo","params":{"sdpOffer":"hang","doLoopback":false},"id":0}`)
		synctest.Wait()
		long := strings.Repeat("x", 1_000_000)
		for id := range 3 {
			c.send(`{"method":"customRequest","params":{"x":"%s"},"id":%d}`, long, id)
		}
		c.expect(`{"id":2,"error":{"code":-32000,"message":"Too many requests are waiting"},"jsonrpc":"2.0"}`)
	})
}

func TestRequestFloodIsSlowedDownNotRefused(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		c := f.connect()
		start := time.Now()
		go func() {
			for id := range 3000 {
				c.send(`{"method":"ping","id":%d}`, id)
			}
		}()
		for id := range 3000 {
			c.expect(`{"id":%d,"result":{"value":"pong"},"jsonrpc":"2.0"}`, id)
		}
		if d := time.Since(start).Round(time.Second); d != 10*time.Second {
			t.Errorf("3000 requests took %v, want 10 s: 1000 at once and 200 a second", d)
		}
	})
}

func TestSocketsAreCappedInAllAndByAddress(t *testing.T) {
	f := start(t, func(s *setup) { s.MaxSessions = 2 })
	a := f.connect()
	f.connect()
	if got := f.tryConnect(); got != http.StatusServiceUnavailable {
		t.Errorf("the third socket got %d", got)
	}
	a.goodbye(1000)
	for f.server.Stats().Sockets == 2 {
		runtime.Gosched()
	}
	f.connect()

	f = start(t, func(s *setup) { s.MaxSessionsPerAddress = 1 })
	f.connect()
	if got := f.tryConnect(); got != http.StatusTooManyRequests {
		t.Errorf("the second socket of one address got %d", got)
	}
	if got := f.server.Stats().SocketsRefused["address"]; got != 1 {
		t.Errorf("%d refusals counted", got)
	}
}

// R15: a thousand sockets that never speak cost at most 20 MiB.
func TestThousandIdleSocketsAreCheap(t *testing.T) {
	const sockets = 1000
	f := newFixture(t)
	f.pipes = &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
	server := &http.Server{Handler: f.server.Handler()}
	go func() { _ = server.Serve(f.pipes) }()
	t.Cleanup(func() {
		f.stop()
		_ = server.Close()
	})

	before := memory()
	conns := make([]net.Conn, 0, sockets)
	for range sockets {
		conns = append(conns, f.dial())
		idle(t, conns[len(conns)-1])
	}
	for f.server.Stats().Sockets < sockets {
		runtime.Gosched()
	}
	grown := memory() - before
	t.Logf("%d octets a socket", grown/sockets)
	if grown > 20<<20 {
		t.Errorf("%d sockets cost %d KiB", sockets, grown>>10)
	}
	for _, c := range conns {
		_ = c.Close()
	}
}

// idle shakes hands without keeping a buffer on this side.
func idle(t *testing.T, conn net.Conn) {
	t.Helper()
	_, err := io.WriteString(conn, "GET /room HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	if err != nil {
		t.Fatal(err)
	}
	var got []byte
	for !strings.HasSuffix(string(got), "\r\n\r\n") {
		var b [64]byte
		n, err := conn.Read(b[:])
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, b[:n]...)
	}
}

// memory returns what the heap and the stacks use.
func memory() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}
