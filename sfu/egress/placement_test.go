package egress

import (
	"fmt"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtp"
	"golang.org/x/sys/unix"

	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// socketWriter sends each packet through a socket of this machine, as a
// forwarder does.
type socketWriter struct {
	fakeWriter
	conn *net.UDPConn
	to   netip.AddrPort
	buf  [1500]byte
	goal *goal
}

// goal tells when a number of packets was sent.
type goal struct {
	sent, want atomic.Int64
	reached    chan struct{}
}

func (w *socketWriter) WriteRTP(h *rtp.Header, payload []byte) error {
	n, err := h.MarshalTo(w.buf[:])
	if err != nil {
		return err
	}
	n += copy(w.buf[n:], payload)
	_, err = w.conn.WriteToUDPAddrPort(w.buf[:n], w.to)
	if w.goal.sent.Add(1) == w.goal.want.Load() {
		w.goal.reached <- struct{}{}
	}
	return err
}

// processorTime is the CPU time that the process has used.
func processorTime(b *testing.B) time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkPlacement compares the goroutines that could forward, by CPU time per
// forwarded packet: the publisher's own, one for each subscriber, and shards. A
// frame is one packet, or four in a burst. docs/adr/0002 keeps the figures.
func BenchmarkPlacement(b *testing.B) {
	const subscribers = 200
	for _, burst := range []int{1, 4} {
		for _, shards := range []int{0, 1, 2, subscribers} {
			name := map[int]string{0: "publisher", subscribers: "subscriber"}[shards]
			if name == "" {
				name = fmt.Sprintf("shards-%d", shards)
			}
			b.Run(fmt.Sprintf("burst=%d/goroutine=%s", burst, name), func(b *testing.B) {
				benchmarkPlacement(b, shards, subscribers, burst)
			})
		}
	}
}

func benchmarkPlacement(b *testing.B, shards, subscribers, burst int) {
	sink, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		b.Fatal(err)
	}
	defer sink.Close()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	g := &goal{reached: make(chan struct{}, 1)}
	newWriter := func() *socketWriter {
		return &socketWriter{conn: conn, to: sink.LocalAddr().(*net.UDPAddr).AddrPort(), goal: g}
	}

	src := &fakeSource{pool: packet.NewPool()}
	var inline *Shard
	e := &Engine{}
	if shards == 0 {
		inline = newShard(0)
	} else {
		e = NewEngine(shards, nil)
		defer e.Close()
	}
	for range subscribers {
		w := newWriter()
		var sub *Subscriber
		if inline != nil {
			sub = newSubscriber(inline, w, func() {})
		} else {
			sub = e.NewSubscriber(w)
		}
		cfg := videoConfig(w)
		cfg.Codec = codec.Opus
		sub.Add(src, cfg)
		sub.Start()
	}
	if inline != nil {
		inline.runBatch(time.Now())
	}
	for _, shard := range e.shards {
		started := make(chan struct{})
		shard.command(func() { close(started) })
		<-started
	}

	cam := &camera{pool: src.pool}
	start := processorTime(b)
	b.ResetTimer()
	for i := range b.N {
		g.want.Store(int64((i + 1) * burst * subscribers))
		for _, p := range cam.capture(burst) {
			for _, s := range src.sinks {
				p.Retain()
				s.Push(p)
			}
			p.Release()
			if inline != nil {
				inline.runBatch(time.Now())
			}
		}
		<-g.reached
	}
	b.StopTimer()
	used := processorTime(b) - start
	b.ReportMetric(float64(used.Nanoseconds())/float64(b.N*burst*subscribers), "cpu-ns/forwarded")
}
