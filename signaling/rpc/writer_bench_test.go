//go:build unix

package rpc_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// BenchmarkNotifications sends bursts of notifications to each of a hundred
// websockets over loopback TCP and waits until they have come. cpu-ns/frame is
// processor time of the whole process, of both ends and of the kernel for them.
func BenchmarkNotifications(b *testing.B) {
	const sockets = 100
	frame := []byte(`{"method":"participantJoined","params":{"id":"participant-0123"},"jsonrpc":"2.0"}`)
	for _, burst := range []int{1, 5, 50} {
		b.Run(fmt.Sprintf("burst=%d", burst), func(b *testing.B) {
			var writes atomic.Int64
			came := make(chan struct{}, sockets)
			conns := make([]*rpc.Conn, sockets)
			for i := range conns {
				conns[i] = loopback(b, &writes, burst*(2+len(frame)), came)
			}
			writes.Store(0)
			start := processorTime()
			for b.Loop() {
				for range burst { // as rooms do: to everybody, then the next one
					for _, c := range conns {
						c.Send(frame)
					}
				}
				for range conns {
					<-came
				}
			}
			frames := float64(b.N * sockets * burst)
			b.ReportMetric(float64(processorTime()-start)/frames, "cpu-ns/frame")
			b.ReportMetric(float64(writes.Load())/frames, "writes/frame")
			b.ReportMetric(frames/b.Elapsed().Seconds(), "frames/s")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// loopback returns a Conn whose far end says after so many octets that they
// have come.
func loopback(b *testing.B, writes *atomic.Int64, burst int, came chan<- struct{}) *rpc.Conn {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	far, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = far.Close() })
	near, err := l.Accept()
	if err != nil {
		b.Fatal(err)
	}
	r, _ := http.NewRequest(http.MethodGet, "/", nil)
	r.Header = http.Header{
		"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {"13"},
		"Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="},
	}
	conn, err := rpc.NewUpgrader(rpc.Config{PeerTimeout: time.Hour, PingInterval: time.Hour}).
		Upgrade(&hijacked{conn: &tally{near, writes}}, r)
	if err != nil {
		b.Fatal(err)
	}
	go func() { _ = conn.Serve(func(rpc.Request) {}) }()
	br := bufio.NewReader(far)
	for line := ""; line != "\r\n"; {
		line, _ = br.ReadString('\n')
	}
	go func() {
		buf, waiting := make([]byte, 64<<10), burst
		for {
			n, err := br.Read(buf)
			if err != nil {
				return
			}
			if waiting -= n; waiting == 0 {
				waiting = burst
				came <- struct{}{}
			}
		}
	}()
	return conn
}

// tally counts the writes of all connections.
type tally struct {
	net.Conn
	writes *atomic.Int64
}

func (t *tally) Write(b []byte) (int, error) {
	t.writes.Add(1)
	return t.Conn.Write(b)
}

// processorTime returns what this process has used, in nanoseconds.
func processorTime() int64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return u.Utime.Nano() + u.Stime.Nano()
}
