package egress

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/simulcast"
)

// fakeSource is a published track of the test.
type fakeSource struct {
	pool *packet.Pool
	room string

	mu        sync.Mutex
	sinks     []packet.Sink
	keyframes int
	asked     packet.Layer // for the last keyframe
	used      uint8
	rtp       uint32
	wall      time.Time
}

func (f *fakeSource) AddSink(s packet.Sink) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sinks = append(f.sinks, s)
}

func (f *fakeSource) RemoveSink(s packet.Sink) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, x := range f.sinks {
		if x == s {
			f.sinks = append(f.sinks[:i:i], f.sinks[i+1:]...)
			return
		}
	}
}

func (f *fakeSource) RequestKeyframe(layer packet.Layer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.keyframes++
	f.asked = layer
}

func (f *fakeSource) Use(_ packet.Sink, encodings uint8) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.used = encodings
}

func (f *fakeSource) Reception() Reception { return Reception{} }

func (f *fakeSource) Room() string { return f.room }

func (f *fakeSource) Sizes(time.Time) []simulcast.RungSize { return nil }

func (f *fakeSource) Reference(packet.Layer) (uint32, time.Time, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.rtp, f.wall, !f.wall.IsZero()
}

func (f *fakeSource) requests() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.keyframes
}

// push publishes a packet with the given number and timestamp.
func (f *fakeSource) push(seq packet.ExtSeq, ts uint32, keyframe bool, payload int) {
	p := &rtp.Packet{
		Header:  rtp.Header{Version: 2, PayloadType: 96, SequenceNumber: seq.Seq(), Timestamp: ts},
		Payload: make([]byte, payload),
	}
	if payload > 0 {
		p.Payload[0] = byte(seq)
	}
	f.pushPacket(p, seq, keyframe)
}

// pushPacket publishes a packet of a track without layers.
func (f *fakeSource) pushPacket(pkt *rtp.Packet, seq packet.ExtSeq, keyframe bool) {
	f.pushAs(pkt, seq, func(p *packet.Packet) {
		p.Keyframe, p.FrameStart, p.Needed = keyframe, true, packet.AllTargets
	})
}

// pushAs publishes a packet about which note says what an ingress would.
func (f *fakeSource) pushAs(pkt *rtp.Packet, seq packet.ExtSeq, note func(*packet.Packet)) {
	b, err := pkt.Marshal()
	if err != nil {
		panic(err)
	}
	p := f.pool.Get()
	if err := p.Parse(b); err != nil {
		panic(err)
	}
	p.Seq, p.Arrival = seq, time.Now()
	note(p)
	f.mu.Lock()
	sinks := append([]packet.Sink(nil), f.sinks...)
	f.mu.Unlock()
	for _, s := range sinks {
		p.Retain()
		s.Push(p)
	}
	p.Release()
}

// fakeWriter remembers what it was given.
type fakeWriter struct {
	mu      sync.Mutex
	packets []rtp.Packet
	reports []rtcp.SenderReport
}

func (w *fakeWriter) WriteRTP(h *rtp.Header, payload []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.packets = append(w.packets, rtp.Packet{Header: h.Clone(), Payload: append([]byte(nil), payload...)})
	return nil
}

func (w *fakeWriter) WriteRTCP(pkts []rtcp.Packet) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range pkts {
		if sr, ok := p.(*rtcp.SenderReport); ok {
			w.reports = append(w.reports, *sr)
		}
	}
	return nil
}

// take returns what was written since the last call.
func (w *fakeWriter) take() []rtp.Packet {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.packets
	w.packets = nil
	return p
}

func (w *fakeWriter) senderReports() []rtcp.SenderReport {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]rtcp.SenderReport(nil), w.reports...)
}

const (
	mediaSSRC = 0x1111
	rtxSSRC   = 0x2222
)

func videoConfig(w Sealer) StreamConfig {
	return StreamConfig{
		Codec: codec.H264, Encodings: 1, PayloadType: 100, SSRC: mediaSSRC,
		RTXPayloadType: 101, RTXSSRC: rtxSSRC,
		FirstSequence: 65534, FirstRTXSequence: 500, FirstTimestamp: 7000, Sealer: w,
	}
}

// started returns a video stream of src whose connection is up.
func started(e *Engine, src *fakeSource) (*fakeWriter, *Subscriber, *Stream) {
	w := &fakeWriter{}
	sub := e.NewSubscriber("", w)
	st := sub.Add(src, videoConfig(w))
	sub.Start()
	synctest.Wait()
	return w, sub, st
}

// bubble runs fn with one shard in fake time, and checks that no packet is left
// when all is closed.
func bubble(t *testing.T, fn func(t *testing.T, e *Engine, src *fakeSource)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		src := &fakeSource{pool: packet.NewPool()}
		e := NewEngine(Config{Shards: 1})
		fn(t, e, src)
		e.Close()
		if n := src.pool.InUse(); n != 0 {
			t.Errorf("%d packets still held", n)
		}
		if n := len(src.sinks); n != 0 {
			t.Errorf("%d sinks still attached", n)
		}
	})
}
