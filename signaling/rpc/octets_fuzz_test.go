package rpc_test

import (
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// FuzzSocket sends any octets after the handshake and hangs up. Whatever they are, the Conn ends, in time, and what it
// says is frames that RFC 6455 allows a server; goleak finds what it would leave behind.
func FuzzSocket(f *testing.F) {
	for _, c := range wsCases() {
		octets := ""
		for _, m := range c.moves {
			octets += m.octets
		}
		if len(octets) < 1000 {
			f.Add([]byte(octets))
		}
	}
	f.Fuzz(func(t *testing.T, octets []byte) {
		synctest.Test(t, func(t *testing.T) {
			p := open(t, rpc.Config{ReadLimit: 4096, QueueLimit: 1 << 30}, returnParams)
			heard := make(chan struct{})
			go func() {
				defer close(heard)
				p.listen(t)
			}()
			begun := time.Now()
			_, _ = p.conn.Write(octets)
			synctest.Wait()
			_ = p.conn.Close()
			<-heard
			if err := <-p.done; err == nil {
				t.Error("Serve returned nil")
			}
			if d := p.when.Sub(begun); d > time.Minute {
				t.Errorf("it took %v", d)
			}
		})
	})
}

// listen reads frames until the end, and finds those that a server may not send.
func (p *peer) listen(t *testing.T) {
	for {
		head, err := p.br.Peek(2)
		if err != nil {
			return
		}
		op, short := head[0]&15, head[1]
		if head[0]&0xf0 != 0x80 || op != opText && op != opClose && op != opPing && op != opPong || short > 127 || op >= opClose && short > 125 {
			t.Errorf("a frame begins with %x", head)
		}
		if _, _, err := p.read(); err != nil {
			if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.ErrClosedPipe) {
				t.Errorf("read: %v", err)
			}
			return
		}
	}
}
