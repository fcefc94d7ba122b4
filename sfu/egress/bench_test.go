package egress

import (
	"fmt"
	"testing"
	"time"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/invariant"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// discard is a Sealer that does nothing: what is measured is ours.
type discard struct{ fakeWriter }

func (*discard) WriteRTP(*rtp.Header, []byte) error { return nil }

// forwardingShard returns a shard, not running, with n started video streams of
// one source.
func forwardingShard(n int) (*Shard, *fakeSource) {
	src := &fakeSource{pool: packet.NewPool()}
	s := newShard(0)
	w := &discard{}
	for range n {
		sub := newSubscriber(s, "", w, func() {})
		sub.Add(src, videoConfig(w))
		sub.Start()
	}
	s.runBatch(time.Now())
	return s, src
}

// camera makes packets of a track without allocating.
type camera struct {
	pool  *packet.Pool
	next  packet.ExtSeq
	raw   [1112]byte
	frame []*packet.Packet
}

// capture returns the packets of one frame; the first one ever is a keyframe's.
func (c *camera) capture(n int) []*packet.Packet {
	c.raw[0], c.raw[1] = 0x80, 96
	c.frame = c.frame[:0]
	for range n {
		p := c.pool.Get()
		if err := p.Parse(c.raw[:]); err != nil {
			panic(err)
		}
		p.Seq, p.Keyframe, p.Needed = c.next, c.next == 0, packet.AllTargets
		c.next++
		c.frame = append(c.frame, p)
	}
	return c.frame
}

func TestForwardingDoesNotAllocate(t *testing.T) {
	const subscribers, packets = 50, 4
	s, src := forwardingShard(subscribers)
	now := time.Now()
	cam := &camera{pool: src.pool}
	round := func() {
		for _, p := range cam.capture(packets) {
			src.sinks[0].Push(p)
		}
		now = now.Add(33 * time.Millisecond)
		s.runBatch(now)
		s.flush(now)
	}
	for range 2 * videoRing / packets { // the ring and the pool fill up
		round()
	}
	allocs := testing.AllocsPerRun(200, round)
	if allocs > 0 && !invariant.Enabled { // under the race detector sync.Pool forgets at random
		t.Errorf("%v allocations for %d packets to %d subscribers, want 0", allocs, packets, subscribers)
	}
	var sent uint64
	for _, f := range s.feeds {
		for _, st := range f.streams {
			sent += st.Stats().Packets
		}
	}
	if want := uint64(cam.next) * subscribers; sent != want {
		t.Errorf("%d packets were sent, want %d", sent, want)
	}
}

func BenchmarkForward(b *testing.B) {
	for _, n := range []int{1, 10, 100, 500} {
		b.Run(fmt.Sprintf("subscribers=%d", n), func(b *testing.B) {
			s, src := forwardingShard(n)
			now := time.Now()
			cam := &camera{pool: src.pool}
			b.ReportAllocs()
			for b.Loop() {
				for _, p := range cam.capture(4) {
					src.sinks[0].Push(p)
				}
				now = now.Add(33 * time.Millisecond)
				s.runBatch(now)
				s.flush(now)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(4*n), "ns/forwarded")
		})
	}
}

// copier is a Sealer that does what a tap's does: it looks the packet up and copies it.
type copier struct {
	fakeWriter
	stream *Stream
	buf    [2 * packet.MaxSize]byte
	seen   int
}

func (c *copier) WriteRTP(h *rtp.Header, payload []byte) error {
	if p := c.stream.Original(h.SequenceNumber); p != nil {
		c.seen++
	}
	n, err := h.MarshalTo(c.buf[:])
	copy(c.buf[n:], payload)
	return err
}

// What a shard does with 100 subscribers, and with one or ten taps besides.
func BenchmarkForwardBesideTaps(b *testing.B) {
	const subscribers, packets = 100, 4
	for _, taps := range []int{0, 1, 10} {
		b.Run(fmt.Sprintf("taps=%d", taps), func(b *testing.B) {
			s, src := forwardingShard(subscribers)
			for range taps {
				w := &copier{}
				sub := newSubscriber(s, "", w, func() {})
				cfg := videoConfig(w)
				cfg.Unfelt, cfg.RTXPayloadType = true, 0
				w.stream = sub.Add(src, cfg)
				sub.Start()
			}
			now := time.Now()
			s.runBatch(now)
			cam := &camera{pool: src.pool}
			b.ReportAllocs()
			for b.Loop() {
				for _, p := range cam.capture(packets) {
					src.sinks[0].Push(p)
				}
				now = now.Add(33 * time.Millisecond)
				s.runBatch(now)
				s.flush(now)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/packets, "ns/packet")
		})
	}
}
