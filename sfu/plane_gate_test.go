package sfu_test

import (
	"testing/synctest"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/egress"
	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/simulcast"
)

// gate holds a shard up while packets are pushed, so that they make one batch:
// without it, how many packets a shard finds is up to the scheduler. It is a
// subscriber of a source of its own whose socket blocks.
type gate struct {
	plane  *plane
	sub    *egress.Subscriber
	sink   packet.Sink
	stream *rtptest.Stream
	seq    packet.ExtSeq
	pass   chan struct{}
}

var (
	_ egress.Source = (*gate)(nil)
	_ egress.Sealer = (*gate)(nil)
)

// newGate makes the gate of the shard that has fewest subscribers.
func newGate(p *plane) *gate {
	g := &gate{
		plane: p, pass: make(chan struct{}), seq: 1 << 16,
		stream: rtptest.NewStream(rtptest.Config{Codec: codec.Opus, SSRC: 1, PayloadType: upAudio}),
	}
	g.sub = p.engine.NewSubscriber("", g)
	g.sub.Add(g, egress.StreamConfig{Codec: codec.Opus, Encodings: 1, PayloadType: upAudio, SSRC: 1, Sealer: g})
	g.sub.Start()
	synctest.Wait()
	return g
}

// shut holds the shards up.
func (p *plane) shut() {
	for _, g := range p.gates {
		pkt := p.pool.Get()
		if err := pkt.Parse(rtptest.Marshal(g.stream.Frame(rtptest.FrameOptions{})[0])); err != nil {
			p.t.Fatal(err)
		}
		pkt.Seq, pkt.Arrival = g.seq, time.Now()
		pkt.Keyframe, pkt.FrameStart, pkt.Needed = true, true, packet.AllTargets
		g.seq++
		g.sink.Push(pkt)
	}
	synctest.Wait()
}

// open lets them go on.
func (p *plane) open() {
	for _, g := range p.gates {
		g.pass <- struct{}{}
	}
}

func (p *plane) closeGates() {
	for _, g := range p.gates {
		g.sub.Close()
	}
	for _, g := range p.anchors {
		g.sub.Close()
	}
}

// WriteRTP implements egress.Sealer.
func (g *gate) WriteRTP(*rtp.Header, []byte) error {
	<-g.pass
	return nil
}

// WriteRTCP implements egress.ReportWriter.
func (g *gate) WriteRTCP([]rtcp.Packet) error { return nil }

// AddSink implements egress.Source.
func (g *gate) AddSink(s packet.Sink) { g.sink = s }

// Reception implements egress.Source.
func (g *gate) Reception() egress.Reception { return egress.Reception{} }

// Room implements egress.Source.
func (g *gate) Room() string { return "" }

// RemoveSink implements egress.Source.
func (g *gate) RemoveSink(packet.Sink) {}

// RequestKeyframe implements egress.Source.
func (g *gate) RequestKeyframe(packet.Layer) {}

// Reference implements egress.Source.
func (g *gate) Reference(packet.Layer) (rtpTime uint32, wall time.Time, ok bool) {
	return 0, time.Time{}, false
}

// Sizes implements egress.Source.
func (g *gate) Sizes(time.Time) []simulcast.RungSize { return nil }

// Use implements egress.Source.
func (g *gate) Use(packet.Sink, uint8) {}
