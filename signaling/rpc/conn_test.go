package rpc_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/atrium-rtc/atrium/signaling/rpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func echo(c *rpc.Conn, r rpc.Request) {
	frame, err := rpc.ResultFrame(r.ID, r.Method)
	if err == nil {
		c.Send(frame)
	}
}

func TestRequestsAreAnsweredInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, rpc.Config{}, echo)
		p.write(opText, true, `{"id":0,"method":"a"}`)
		p.expect(opText, `{"id":0,"result":"a","jsonrpc":"2.0"}`)
		p.write(opText, true, `{"id":1,`)
		p.expect(opText, `{"id":null,"error":{"code":-32700,"message":"Parse error: the message is not JSON"},"jsonrpc":"2.0"}`)
		p.write(opText, false, `{"id":2,`)
		p.write(opPing, true, "in between")
		p.expect(opPong, "in between")
		p.write(opContinuation, true, `"method":"b"}`)
		p.expect(opText, `{"id":2,"result":"b","jsonrpc":"2.0"}`)
		p.write(opText, true, `{"id":3,"result":{}}`) // an answer: dropped
		p.write(opText, true, `[]`)
		p.expect(opText, `{"id":null,"error":{"code":-32600,"message":"Invalid Request: batches are not supported"},"jsonrpc":"2.0"}`)
		p.write(opClose, true, "\x03\xe8bye")
		p.expect(opClose, "\x03\xe8")
		err := <-p.done
		var closed *rpc.CloseError
		if !errors.As(err, &closed) || closed.Code != rpc.CloseNormal || closed.Reason != "bye" {
			t.Errorf("Serve returned %v", err)
		}
	})
}

func TestCloseComesAfterEverythingQueued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, rpc.Config{}, func(c *rpc.Conn, r rpc.Request) {
			echo(c, r)
			c.Close(rpc.CloseNormal, "done")
			c.Close(4000, "the first close counts")
			c.Send([]byte("dropped"))
		})
		go func() {
			p.write(opText, true, `{"id":1,"method":"a"}`)
			p.write(opText, true, `{"id":2,"method":"not handled"}`)
		}()
		p.expect(opText, `{"id":1,"result":"a","jsonrpc":"2.0"}`)
		p.expectClose(rpc.CloseNormal, "done")
		p.ended(rpc.ErrClosed)
	})
}

func TestPeerThatIgnoresCloseIsCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, rpc.Config{}, func(c *rpc.Conn, _ rpc.Request) { c.Close(rpc.CloseNormal, "") })
		start := time.Now()
		p.write(opText, true, `{"id":1,"method":"a"}`)
		p.expect(opClose, "\x03\xe8")
		p.ended(rpc.ErrClosed)
		if d := p.when.Sub(start); d != 5*time.Second {
			t.Errorf("ended after %v, want 5 s", d)
		}
	})
}

func TestReadLimitCanBeRaised(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		long := func(n int) string { return `{"id":1,"method":"` + strings.Repeat("x", n-20) + `"}` }
		p := open(t, rpc.Config{ReadLimit: 100}, func(c *rpc.Conn, r rpc.Request) {
			c.SetReadLimit(200)
			frame, _ := rpc.ResultFrame(r.ID, len(r.Method))
			c.Send(frame)
		})
		go p.write(opText, true, long(100))
		p.expect(opText, `{"id":1,"result":80,"jsonrpc":"2.0"}`)
		go p.write(opText, true, long(200))
		p.expect(opText, `{"id":1,"result":180,"jsonrpc":"2.0"}`)
		go func() {
			p.write(opText, false, long(200))
			p.write(opContinuation, true, "x") // counted over all fragments
		}()
		p.expectClose(rpc.CloseTooBig, "message too long")
		p.ended(rpc.ErrTooBig)
	})
}

func TestUnusableMessagesCloseWithTheirCode(t *testing.T) {
	for _, tc := range []struct {
		name    string
		op      byte
		payload string
		code    int
		reason  string
	}{
		{"binary", opBinary, "{}", rpc.CloseUnsupported, "text messages only"},
		{"not UTF-8", opText, "\"\xc3\x28\"", rpc.CloseBadText, "text is not UTF-8"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := open(t, rpc.Config{}, echo)
				go p.write(tc.op, true, tc.payload)
				p.expectClose(tc.code, tc.reason)
				p.ended(rpc.ErrBadFrame)
			})
		})
	}
}

func TestProtocolErrorsEndTheConnection(t *testing.T) {
	for name, octets := range map[string]string{
		"unmasked":           "\x81\x02{}",
		"reserved bits":      "\xf1\x80\x00\x00\x00\x00",
		"unknown opcode":     "\x83\x80\x00\x00\x00\x00",
		"stray continuation": "\x80\x80\x00\x00\x00\x00",
		"long ping":          "\x89\xfe\x00\x7e\x00\x00\x00\x00",
		"negative length":    "\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := open(t, rpc.Config{}, echo)
				go func() { _, _ = io.Copy(io.Discard, p.br) }()
				_, _ = io.WriteString(p.conn, octets)
				if err := <-p.done; err == nil || errors.Is(err, rpc.ErrClosed) {
					t.Errorf("Serve returned %v", err)
				}
			})
		})
	}
}

func TestSilentPeerIsPingedThenLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, rpc.Config{}, echo)
		start := time.Now()
		for range 10 { // pongs alone keep it
			p.expect(opPing, "")
			p.write(opPong, true, "")
		}
		if d := time.Since(start); d < 30*time.Second || d > 70*time.Second {
			t.Errorf("ten pings took %v", d)
		}
		last := time.Now()
		go func() { _, _ = io.Copy(io.Discard, p.br) }()
		p.ended(rpc.ErrLost)
		if d := p.when.Sub(last); d != 9*time.Second {
			t.Errorf("lost after %v of silence, want 9 s", d)
		}
	})
}

func TestSilentPeerIsToldOfBeforeItIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, rpc.Config{}, echo)
		start := time.Now()
		told := make(chan time.Duration, 8)
		p.rpc.OnQuiet(func() { told <- time.Since(start) })
		go func() { _, _ = io.Copy(io.Discard, p.br) }()
		if at := <-told; at != 7*time.Second || !p.rpc.Quiet() {
			t.Errorf("told after %v, want 7 s; quiet: %v", at, p.rpc.Quiet())
		}
		time.Sleep(time.Second)
		p.write(opPong, true, "")
		if at := <-told; at != 8*time.Second || p.rpc.Quiet() {
			t.Errorf("told after %v, want 8 s; quiet: %v", at, p.rpc.Quiet())
		}
		p.ended(rpc.ErrLost)
		if at := <-told; at != 15*time.Second || p.when.Sub(start) != 17*time.Second {
			t.Errorf("told after %v and lost after %v, want 15 and 17 s", at, p.when.Sub(start))
		}
	})
}

func TestTalkingPeerIsNotPinged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, rpc.Config{}, echo)
		for i := range 20 {
			time.Sleep(2 * time.Second)
			p.write(opText, true, fmt.Sprintf(`{"id":%d,"method":"a"}`, i))
			p.expect(opText, fmt.Sprintf(`{"id":%d,"result":"a","jsonrpc":"2.0"}`, i))
		}
		p.hangUp()
	})
}

func TestEndlessMessageIsCutOff(t *testing.T) {
	for name, fragment := range map[string]string{"one octet a second": " ", "empty fragments": ""} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := open(t, rpc.Config{}, echo)
				start := time.Now()
				go func() { _, _ = io.Copy(io.Discard, p.br) }()
				p.write(opText, false, " ")
				for len(p.done) == 0 {
					time.Sleep(time.Second)
					p.write(opContinuation, false, fragment)
					p.write(opPong, true, "")
				}
				p.ended(rpc.ErrLost)
				if d := p.when.Sub(start); d > 30*time.Second {
					t.Errorf("ended after %v, want at most 30 s", d)
				}
			})
		})
	}
}

func TestSlowConsumerIsClosedAtOnceAndSendersDoNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, rpc.Config{}, echo)
		start := time.Now()
		frame := []byte(strings.Repeat("x", 64<<10))
		for range 16 {
			p.rpc.Send(frame) // 1 MiB in all, nothing of it read
		}
		synctest.Wait()
		if len(p.done) != 0 {
			t.Fatal("closed before the limit was exceeded")
		}
		p.rpc.Send([]byte("x"))
		p.ended(rpc.ErrSlowConsumer)
		if d := time.Since(start); d != 0 {
			t.Errorf("took %v", d)
		}
	})
}

func TestOneLongFrameFindsRoomInAnEmptyQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, rpc.Config{QueueLimit: 10}, echo)
		frame := strings.Repeat("y", 3000)
		p.rpc.Send([]byte(frame))
		p.expect(opText, frame)
		p.hangUp()
	})
}

func TestPeerThatTakesNoFrameIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, rpc.Config{PeerTimeout: time.Hour}, echo)
		start := time.Now()
		p.rpc.Send([]byte("nobody reads this"))
		p.ended(rpc.ErrLost)
		if d := p.when.Sub(start); d != 10*time.Second {
			t.Errorf("lost after %v, want 10 s", d)
		}
	})
}

func TestPingFloodQueuesOnePong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, rpc.Config{}, echo)
		for i := range 1000 {
			p.write(opPing, true, fmt.Sprint(i))
			synctest.Wait()
		}
		p.expect(opPong, "0") // was being written when the others came
		p.expect(opPong, "999")
		p.hangUp()
	})
}

func TestMessagesBeyondTheRateAreReadLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, rpc.Config{Rate: 10, Burst: 5}, echo)
		start := time.Now()
		go func() {
			for i := range 25 {
				p.write(opText, true, fmt.Sprintf(`{"id":%d,"method":"a"}`, i))
			}
		}()
		for i := range 25 {
			p.expect(opText, fmt.Sprintf(`{"id":%d,"result":"a","jsonrpc":"2.0"}`, i))
		}
		if d := time.Since(start); d != 2*time.Second {
			t.Errorf("25 messages took %v, want 2 s", d)
		}
		p.hangUp()
	})
}
