package rpc_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// far is the server's end of a Client's pipe, driven by the test. What it does
// not read the Client cannot write, and the other way round.
type far struct {
	t    *testing.T
	conn net.Conn
	ws   *websocket.Conn
}

// dial connects a Client to a far end, in the fake time of a synctest bubble.
func dial(t *testing.T, opt rpc.DialOptions) (*rpc.Client, *far) {
	t.Helper()
	near, end := net.Pipe()
	f := &far{t: t, conn: end}
	opt.Dial = func(context.Context, string, string) (net.Conn, error) { return near, nil }
	upgraded := make(chan error, 1)
	go func() {
		br := bufio.NewReader(end)
		r, err := http.ReadRequest(br)
		if err == nil {
			f.ws, err = new(websocket.Upgrader).Upgrade(&hijacked{conn: end}, r, nil)
		}
		upgraded <- err
	}()
	c, err := rpc.Dial(t.Context(), "ws://server/room", opt)
	if err := errors.Join(err, <-upgraded); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = end.Close() })
	return c, f
}

func (f *far) send(format string, args ...any) {
	f.t.Helper()
	if err := f.ws.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, format, args...)); err != nil {
		f.t.Error(err)
	}
}

func (f *far) expect(want string) {
	f.t.Helper()
	_, got, err := f.ws.ReadMessage()
	if err != nil || string(got) != want {
		f.t.Fatalf("got %s %v, want %s", got, err, want)
	}
}

// takePings reads what comes and answers nothing.
func (f *far) takePings() {
	f.ws.SetPingHandler(func(string) error { return nil })
	go func() { _, _, _ = f.ws.ReadMessage() }()
}

// hangUp ends both ends.
func (f *far) hangUp(c *rpc.Client) {
	_ = f.conn.Close()
	<-c.Done()
}

// call runs a Call whose request the far end reads.
func (f *far) call(ctx context.Context, c *rpc.Client, result any) <-chan error {
	ended := make(chan error, 1)
	go func() { ended <- c.Call(ctx, "m", nil, result) }()
	_, _, err := f.ws.ReadMessage()
	if err != nil {
		f.t.Fatal(err)
	}
	return ended
}

func TestCallSendsARequestAndReturnsItsResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := dial(t, rpc.DialOptions{})
		go func() {
			f.expect(`{"jsonrpc":"2.0","method":"join","params":{"user":"<ann>"},"id":1}`)
			f.send(`{"id":1,"result":{"value":[1,2],"sessionId":"s"},"jsonrpc":"2.0"}`)
			f.expect(`{"jsonrpc":"2.0","method":"leave","id":2}`)
			f.send(`{"id":2,"result":{},"jsonrpc":"2.0"}`)
		}()
		var got struct{ Value []int }
		if err := c.Call(t.Context(), "join", map[string]string{"user": "<ann>"}, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]int{1, 2}, got.Value); diff != "" {
			t.Error(diff)
		}
		if err := c.Call(t.Context(), "leave", nil, nil); err != nil {
			t.Error(err)
		}
		f.hangUp(c)
	})
}

func TestAnswersFindTheirCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := dial(t, rpc.DialOptions{})
		var first, second string
		one := f.call(t.Context(), c, &first)
		two := f.call(t.Context(), c, &second)
		f.send(`{"id":99,"result":"to nobody"}`)
		f.send(`{"id":"2","result":"bye","jsonrpc":"2.0"}`) // the id as a string, a bare result
		f.send(`{"id":2,"result":"again"}`)
		if err := <-two; err != nil || second != "bye" {
			t.Errorf("got %q %v", second, err)
		}
		f.send(`{"id":1,"error":{"code":104,"message":"taken","sessionId":"s"},"jsonrpc":"2.0","data":{}}`)
		var refusal *rpc.Error
		if err := <-one; !errors.As(err, &refusal) || refusal.Code != 104 || refusal.Message != "taken" {
			t.Errorf("got %v", err)
		}
		three := f.call(t.Context(), c, &first)
		f.send(`{"id":3,"result":{"value":1}}`)
		if err := <-three; !errors.Is(err, rpc.ErrBadAnswer) {
			t.Errorf("an object became a string: %v", err)
		}
		f.hangUp(c)
	})
}

func TestCallEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := dial(t, rpc.DialOptions{})
		ctx, cancel := context.WithCancelCause(t.Context())
		late := f.call(ctx, c, nil)
		bored := errors.New("bored")
		cancel(bored)
		if err := <-late; !errors.Is(err, bored) {
			t.Errorf("got %v", err)
		}
		f.send(`{"id":1,"result":"too late"}`)
		next := f.call(t.Context(), c, nil)
		f.send(`{"id":2,"result":null}`)
		if err := <-next; err != nil {
			t.Error(err)
		}
		f.hangUp(c)
	})
}

func TestNotificationsComeInOrderThenTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var heard []string
		c, f := dial(t, rpc.DialOptions{
			Notify: func(method string, params json.RawMessage) { heard = append(heard, method+string(params)) },
			Ended:  func(err error) { heard = append(heard, err.Error()) },
		})
		f.send(`{"method":"a","params":{"n":1},"jsonrpc":"2.0"}`)
		f.send(`{"method":"b","id":null}`)
		go f.send(`{"method":"ping","id":7}`)
		f.expect(`{"id":7,"error":{"code":-32601,"message":"Method not found: clients serve none"},"jsonrpc":"2.0"}`)
		go func() {
			_ = f.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1001, "gone"), time.Time{})
		}()
		if _, _, err := f.ws.ReadMessage(); !websocket.IsCloseError(err, 1001) {
			t.Errorf("the close frame was not answered: %v", err)
		}
		<-c.Done()
		want := []string{`a{"n":1}`, "b", "websocket closed by peer: 1001 gone"}
		if diff := cmp.Diff(want, heard); diff != "" {
			t.Error(diff)
		}
		var closed *rpc.CloseError
		if err := c.Call(t.Context(), "m", nil, nil); !errors.As(err, &closed) || closed.Code != 1001 {
			t.Errorf("Call after the end returned %v", err)
		}
	})
}

func TestUnusableMessagesEndTheClient(t *testing.T) {
	for name, msg := range map[string]string{
		"no JSON":               `{"id":1,`,
		"an array":              `[]`,
		"a number":              `7`,
		"nothing":               `{}`,
		"id true":               `{"id":true,"result":{}}`,
		"no result and no id":   `{"error":null}`,
		"error is a string":     `{"id":1,"error":"no"}`,
		"error without a code":  `{"id":1,"error":{"code":"x"}}`,
		"params are a string":   `{"method":"m","params":"x"}`,
		"request not read":      `{"id":null,"error":{"code":-32700,"message":"what?"}}`,
		"nested 65 deep":        nested(64),
		"answer nested 65 deep": strings.Replace(nested(64), `"method":"m"`, `"result":1`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, f := dial(t, rpc.DialOptions{})
				waiting := f.call(t.Context(), c, nil)
				go f.send("%s", msg)
				if _, _, err := f.ws.ReadMessage(); !websocket.IsCloseError(err, rpc.CloseBadText) {
					t.Errorf("far end read %v", err)
				}
				err := <-waiting
				var theirs *rpc.Error
				if said := name == "request not read"; errors.As(err, &theirs) != said || errors.Is(err, rpc.ErrBadAnswer) == said {
					t.Errorf("the call ended with %v", err)
				}
				if !errors.Is(err, c.Err()) {
					t.Errorf("Err is %v, the call ended with %v", c.Err(), err)
				}
			})
		})
	}
}

func TestBrokenFramesEndTheClient(t *testing.T) {
	for name, octets := range map[string]string{
		"masked":         "\x81\x80\x00\x00\x00\x00",
		"reserved bits":  "\xf1\x00",
		"unknown opcode": "\x83\x00",
		"cut off":        "\x81\x7e\x01",
		"not websocket":  "HTTP/1.1 200 OK\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, f := dial(t, rpc.DialOptions{})
				go func() { _, _ = io.Copy(io.Discard, f.conn) }()
				_, _ = io.WriteString(f.conn, octets)
				if name == "cut off" {
					_ = f.conn.Close()
				}
				<-c.Done()
				if err := c.Err(); err == nil || errors.Is(err, rpc.ErrClosed) {
					t.Errorf("Err is %v", err)
				}
			})
		})
	}
}

func TestClientAnswersPingsAndFindsASilentServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := dial(t, rpc.DialOptions{})
		pongs := make(chan string, 1)
		f.ws.SetPongHandler(func(payload string) error { pongs <- payload; return nil })
		f.ws.SetPingHandler(func(string) error { return nil }) // silence
		go func() { _, _, _ = f.ws.ReadMessage() }()
		_ = f.ws.WriteControl(websocket.PingMessage, []byte("there?"), time.Time{})
		if got := <-pongs; got != "there?" {
			t.Errorf("pong %q", got)
		}
		start := time.Now()
		<-c.Done()
		if d := time.Since(start); !errors.Is(c.Err(), rpc.ErrLost) || d != 30*time.Second {
			t.Errorf("%v after %v, want lost after 30 s", c.Err(), d)
		}
	})
}

func TestCloseSaysGoodbye(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := dial(t, rpc.DialOptions{})
		c.SetReadRate(0) // no hindrance
		c.Close(rpc.CloseNormal, "enough")
		_, _, err := f.ws.ReadMessage()
		var closed *websocket.CloseError
		if !errors.As(err, &closed) || closed.Code != rpc.CloseNormal || closed.Text != "enough" {
			t.Errorf("far end read %v", err)
		}
		<-c.Done()
		if !errors.Is(c.Err(), rpc.ErrClosed) {
			t.Errorf("Err is %v", c.Err())
		}
	})
}

func TestStoppedReaderTakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		heard := make(chan string, 8)
		c, f := dial(t, rpc.DialOptions{Notify: func(m string, _ json.RawMessage) { heard <- m }})
		f.takePings()
		f.send(`{"method":"before"}`)
		<-heard
		c.SetReadRate(0)
		sent := make(chan struct{})
		go func() { f.send(`{"method":"meanwhile"}`); close(sent) }()
		time.Sleep(10 * time.Minute) // of fake time, far beyond PeerTimeout
		select {
		case <-sent:
			t.Error("the stopped reader took a message")
		case <-c.Done():
			t.Errorf("ended: %v", c.Err())
		default:
		}
		c.SetReadRate(-1)
		<-sent
		if got := <-heard; got != "meanwhile" {
			t.Errorf("heard %q", got)
		}
		f.hangUp(c)
	})
}

func TestSlowReaderKeepsToItsRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		heard := make(chan string, 8)
		c, f := dial(t, rpc.DialOptions{Notify: func(m string, _ json.RawMessage) { heard <- m }})
		f.takePings()
		c.SetReadRate(100)
		start := time.Now()
		go f.send(`{"method":"m","params":["%s"]}`, strings.Repeat("x", 20_000))
		<-heard
		// The last read is paid for afterwards.
		if d := time.Since(start); d < 199*time.Second || d > 202*time.Second {
			t.Errorf("20 kB at 100 octets a second took %v", d)
		}
		c.SetReadRate(-1)
		f.hangUp(c)
	})
}

func TestAbandonedClientIsSilentButConnected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var heard []string
		c, f := dial(t, rpc.DialOptions{Notify: func(m string, _ json.RawMessage) { heard = append(heard, m) }})
		f.send(`{"method":"before"}`)
		synctest.Wait()
		c.Abandon()
		if err := c.Call(canceled(t), "m", nil, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("Call returned %v", err)
		}
		_ = f.conn.SetReadDeadline(time.Now().Add(time.Hour))
		_ = f.ws.SetWriteDeadline(time.Now().Add(time.Hour))
		wrote := make(chan error, 1)
		go func() { wrote <- f.ws.WriteMessage(websocket.TextMessage, []byte(`{"method":"after"}`)) }()
		if _, err := f.conn.Read(make([]byte, 1)); !isTimeout(err) {
			t.Errorf("an hour later the far end read %v", err)
		}
		if err := <-wrote; !isTimeout(err) {
			t.Errorf("the client took a message: %v", err)
		}
		select {
		case <-c.Done():
			t.Errorf("ended: %v", c.Err())
		default:
		}
		c.Close(rpc.CloseNormal, "")
		<-c.Done()
		_ = f.conn.SetDeadline(time.Time{})
		if n, err := f.conn.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
			t.Errorf("after Close the far end read %d octets, %v", n, err)
		}
		if diff := cmp.Diff([]string{"before"}, heard); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAbandonedClientHandlesNothingThatItHasRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c *rpc.Client
		var heard []string
		c, f := dial(t, rpc.DialOptions{Notify: func(m string, _ json.RawMessage) {
			heard = append(heard, m)
			c.Abandon()
		}})
		frame := func(m string) string { return "\x81\x0e{\"method\":\"" + m + "\"}" }
		_, _ = io.WriteString(f.conn, frame("a")+frame("b")) // one read gets both
		synctest.Wait()
		c.Close(rpc.CloseNormal, "")
		<-c.Done()
		if diff := cmp.Diff([]string{"a"}, heard); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAbandonStopsAWriteUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := dial(t, rpc.DialOptions{})
		go func() { _ = c.Call(t.Context(), strings.Repeat("x", 5000), nil, nil) }()
		synctest.Wait() // the writer waits for the far end
		c.Abandon()
		_ = f.conn.SetReadDeadline(time.Now().Add(time.Hour))
		if n, err := f.conn.Read(make([]byte, 1)); n != 0 || !isTimeout(err) {
			t.Errorf("read %d octets, %v", n, err)
		}
		c.Close(rpc.CloseNormal, "")
		<-c.Done()
	})
}

func TestRefusedHandshakeSaysWhy(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Origin") != "https://a.example" || r.Header.Get("Sec-WebSocket-Extensions") != "" {
			t.Errorf("headers %v", r.Header)
		}
		w.Header().Set("Retry-After", "7")
		http.Error(w, "full", http.StatusServiceUnavailable)
	}))
	defer srv.Close()
	url := "ws" + strings.TrimPrefix(srv.URL, "http")
	_, err := rpc.Dial(t.Context(), url, rpc.DialOptions{Header: http.Header{"Origin": {"https://a.example"}}})
	var refused *rpc.HandshakeError
	if !errors.As(err, &refused) {
		t.Fatalf("got %v", err)
	}
	if diff := cmp.Diff(&rpc.HandshakeError{Status: 503, Body: "full", RetryAfter: "7"}, refused); diff != "" {
		t.Error(diff)
	}
	if want := "no websocket: 503 Service Unavailable: full"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}

func TestDialGivesUp(t *testing.T) {
	refused := errors.New("refused")
	_, err := rpc.Dial(t.Context(), "ws://server/", rpc.DialOptions{
		Dial: func(context.Context, string, string) (net.Conn, error) { return nil, refused },
	})
	if !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
	if _, err := rpc.Dial(t.Context(), "http://server/", rpc.DialOptions{}); err == nil {
		t.Error("dialled HTTP")
	}
	for name, want := range map[string]error{"cancelled": context.Canceled, "too slow": context.DeadlineExceeded} {
		synctest.Test(t, func(t *testing.T) {
			near, end := net.Pipe()
			go func() { _, _ = io.Copy(io.Discard, end) }() // takes the request, answers nothing
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if name == "cancelled" {
				time.AfterFunc(time.Second, cancel)
			}
			start := time.Now()
			_, err := rpc.Dial(ctx, "ws://server/", rpc.DialOptions{
				Dial: func(context.Context, string, string) (net.Conn, error) { return near, nil },
			})
			if !errors.Is(err, want) && !isTimeout(err) {
				t.Errorf("%s: got %v, want %v", name, err, want)
			}
			if d := time.Since(start); d > 10*time.Second {
				t.Errorf("%s: took %v", name, d)
			}
			_ = end.Close()
		})
	}
}

func TestClientSpeaksTLS(t *testing.T) {
	up := rpc.NewUpgrader(rpc.Config{})
	served := make(chan error, 2)
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := up.Upgrade(w, r)
		if err != nil {
			t.Error(err)
			return
		}
		served <- conn.Serve(func(req rpc.Request) { echo(conn, req) })
	}))
	srv.Config.ErrorLog = log.New(io.Discard, "", 0) // a handshake fails, as it should
	srv.StartTLS()
	defer srv.Close()
	url := "wss" + strings.TrimPrefix(srv.URL, "https")
	if _, err := rpc.Dial(t.Context(), url, rpc.DialOptions{}); err == nil {
		t.Fatal("an unknown certificate was accepted")
	}
	for _, end := range []string{"goodbye", "abandoned"} {
		c, err := rpc.Dial(t.Context(), url, rpc.DialOptions{TLS: &tls.Config{InsecureSkipVerify: true}})
		if err != nil {
			t.Fatal(err)
		}
		var got string
		if err := c.Call(t.Context(), "hello", nil, &got); err != nil || got != "hello" {
			t.Errorf("got %q %v", got, err)
		}
		if end == "abandoned" {
			c.Abandon()
		}
		c.Close(rpc.CloseNormal, "")
		<-c.Done()
		if err := <-served; (end == "goodbye") != closedByPeer(err) {
			t.Errorf("%s: Serve returned %v", end, err)
		}
	}
}

// FuzzParseAnswer checks that what is accepted is one of the two kinds, and
// agrees with encoding/json.
func FuzzParseAnswer(f *testing.F) {
	for _, s := range []string{
		`{"id":0,"result":{"value":[],"sessionId":"s"},"jsonrpc":"2.0"}`, `{"id":"7","result":"bye"}`, `{"id":1,"result":null}`,
		`{"id":2,"error":{"code":104,"message":"m","sessionId":"s"},"jsonrpc":"2.0","data":{}}`, `{"id":null,"error":{"code":-1}}`,
		`{"id":1,"result":1,"error":null}`, `{"error":[]}`, `{"id":{},"result":1}`, `[]`, `{`, "\xff", `{"id":1e3,"result":1,"id":2}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, msg []byte) {
		a, err := rpc.ParseAnswer(msg)
		if err != nil {
			if !errors.Is(err, rpc.ErrBadAnswer) {
				t.Fatalf("error %v", err)
			}
			return
		}
		if (a.Result == nil) == (a.Err == nil) {
			t.Fatalf("result %q and error %v of %q", a.Result, a.Err, msg)
		}
		var want struct{ ID, Result json.RawMessage }
		if err := json.Unmarshal(msg, &want); err != nil || !json.Valid(msg) {
			t.Fatalf("accepted %q: %v", msg, err)
		}
		if a.Result != nil && !json.Valid(a.Result) || a.ID != nil && !json.Valid(a.ID) {
			t.Fatalf("id %q, result %q", a.ID, a.Result)
		}
	})
}

func canceled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

func closedByPeer(err error) bool {
	var closed *rpc.CloseError
	return errors.As(err, &closed) && closed.Code == rpc.CloseNormal
}
