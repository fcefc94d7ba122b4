//go:build unix

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
	"github.com/atrium-rtc/atrium/sfu/udp"
)

// socketWriter sends each packet through a socket of this machine, as a
// forwarder does, or puts it into a queue.
type socketWriter struct {
	fakeWriter
	conn  *net.UDPConn
	to    netip.AddrPort
	buf   [1500]byte
	goal  *goal
	queue *udp.Queue // nil: sent at once
	route *udp.Route
}

// goal tells when a number of packets was sent.
type goal struct {
	sent, want atomic.Int64
	reached    chan struct{}
}

func (w *socketWriter) WriteRTP(h *rtp.Header, payload []byte) error {
	if w.queue != nil {
		buf := w.queue.Reserve(h.MarshalSize() + len(payload))
		n, err := h.MarshalTo(buf)
		if err != nil {
			return err
		}
		w.queue.Commit(n+copy(buf[n:], payload), w.route)
		w.goal.sent.Add(1)
		return nil
	}
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

// reaching is the queue of a shard. It tells when enough was sent.
type reaching struct {
	*udp.Queue
	goal *goal
}

func (q *reaching) Flush() bool {
	pending := q.Queue.Flush()
	if want := q.goal.want.Load(); want > 0 && q.goal.sent.Load() >= want && q.goal.want.CompareAndSwap(want, 0) {
		q.goal.reached <- struct{}{}
	}
	return pending
}

// BenchmarkPlacement compares the goroutines that could forward, by CPU time per
// forwarded packet: the publisher's own, one for each subscriber, and shards. A
// frame is one packet, or four in a burst; packets are sent at once, or queued and
// sent in segments. docs/adr/0002 and 0009 keep the figures.
func BenchmarkPlacement(b *testing.B) {
	const subscribers = 200
	for _, send := range []string{"at-once", "segments"} {
		for _, burst := range []int{1, 4} {
			for _, shards := range []int{0, 1, 2, subscribers} {
				name := map[int]string{0: "publisher", subscribers: "subscriber"}[shards]
				if name == "" {
					name = fmt.Sprintf("shards-%d", shards)
				}
				b.Run(fmt.Sprintf("send=%s/burst=%d/goroutine=%s", send, burst, name), func(b *testing.B) {
					benchmarkPlacement(b, shards, subscribers, burst, send == "segments")
				})
			}
		}
	}
}

// newMux returns the sockets of a forwarder.
func newMux(b *testing.B) *udp.Mux {
	b.Helper()
	conns, err := udp.Listen(udp.ListenConfig{Addresses: []netip.Addr{netip.MustParseAddr("127.0.0.1")}})
	if err != nil {
		b.Fatal(err)
	}
	mux, err := udp.New(udp.Config{Sockets: conns})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = mux.Close() })
	return mux
}

func benchmarkPlacement(b *testing.B, shards, subscribers, burst int, segments bool) {
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
	mux := newMux(b)
	var queues []*udp.Queue
	newQueue := func(i int) Queue {
		if !segments {
			return nil
		}
		queues = append(queues, mux.NewQueue(i))
		return &reaching{queues[i], g}
	}
	to := sink.LocalAddr().(*net.UDPAddr).AddrPort()

	src := &fakeSource{pool: packet.NewPool()}
	var inline *Shard
	e := &Engine{}
	if shards == 0 {
		inline = newShard(0)
		inline.queue = newQueue(0)
	} else {
		e = NewEngine(Config{Shards: shards, Queue: newQueue})
		defer e.Close()
	}
	for i := range subscribers {
		w := &socketWriter{conn: conn, to: to, goal: g}
		if segments {
			w.queue = queues[i%len(queues)] // as NewSubscriber places them
			if w.route, err = mux.Route(mux.ListenAddresses()[0], to); err != nil {
				b.Fatal(err)
			}
		}
		var sub *Subscriber
		if inline != nil {
			sub = newSubscriber(inline, "", w, func() {})
		} else {
			sub = e.NewSubscriber("", w)
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
		if inline != nil && inline.queue != nil {
			inline.queue.Flush()
		}
		<-g.reached
	}
	b.StopTimer()
	used := processorTime(b) - start
	b.ReportMetric(float64(used.Nanoseconds())/float64(b.N*burst*subscribers), "cpu-ns/forwarded")
}
