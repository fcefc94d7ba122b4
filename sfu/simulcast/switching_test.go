package simulcast_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/simulcast"
)

// subscriber is the forwarding path of this package alone: what an egress does
// with a packet, without sending it.
type subscriber struct {
	selector *simulcast.Selector
	rewriter *simulcast.Rewriter
	received *rtptest.Conformance
	packets  int
	switches int
}

func newSubscriber(c codec.Codec) *subscriber {
	return &subscriber{
		selector: simulcast.NewVideoSelector(0),
		rewriter: simulcast.NewRewriter(c.ClockRate(), 65530, 4_294_900_000), // both wrap soon
		received: rtptest.NewConformance(rtptest.Expectations{Codecs: map[uint8]codec.Codec{96: c}}),
	}
}

func (s *subscriber) take(p *packet.Packet, now time.Time) {
	forward, switched := s.selector.Admit(p.Layer, p.Keyframe)
	if !forward {
		return
	}
	if switched {
		s.rewriter.Switch(p.Seq, p.Timestamp, now)
		s.switches++
	}
	seq, ts, ok := s.rewriter.Rewrite(p.Seq, p.Timestamp)
	if !ok {
		return
	}
	s.packets++
	s.received.Packet(&rtp.Packet{
		Header:  rtp.Header{Version: 2, SSRC: 7, PayloadType: 96, Marker: p.Marker, SequenceNumber: seq, Timestamp: ts},
		Payload: p.Payload(),
	})
}

// layerSource is one encoding of the publisher, as an ingress reads it.
type layerSource struct {
	stream    *rtptest.Stream
	unwrapper packet.Unwrapper
}

// frame makes the next frame and hands its packets to each.
func (l *layerSource) frame(pool *packet.Pool, layer simulcast.Layer, o rtptest.FrameOptions, c codec.Codec, each func(*packet.Packet)) error {
	for _, raw := range l.stream.Frame(o) {
		p := pool.Get()
		if err := p.Parse(rtptest.Marshal(raw)); err != nil {
			return err
		}
		f, err := codec.Inspect(c, p.Payload())
		if err != nil {
			return err
		}
		p.Seq, p.Keyframe, p.Layer = l.unwrapper.Unwrap(p.SequenceNumber), f.Keyframe, layer
		each(p)
		p.Release()
	}
	return nil
}

// TestSwitchedSimulcastConforms sends three encodings, each with numbers of its
// own, moves the subscriber between them and pauses it, and lets the checker
// judge what comes out as one stream.
func TestSwitchedSimulcastConforms(t *testing.T) {
	for _, c := range []codec.Codec{codec.VP8, codec.VP9, codec.H264, codec.AV1} {
		t.Run(c.String(), func(t *testing.T) {
			random := rand.New(rand.NewPCG(3, 4))
			pool, sub := packet.NewPool(), newSubscriber(c)
			var layers [3]layerSource
			for i := range layers {
				layers[i].stream = rtptest.NewStream(rtptest.Config{
					Codec: c, SSRC: uint32(i + 1), PayloadType: 96, Seed: uint64(i),
				})
			}
			for n := range 900 { // half a minute
				now := start.Add(time.Duration(n) * time.Second / 30)
				switch random.IntN(40) {
				case 0, 1, 2:
					sub.selector.SetTarget(simulcast.Layer(random.IntN(3)))
				case 3:
					sub.selector.Pause()
				case 4, 5, 6:
					sub.selector.Resume()
				}
				for i := range layers {
					o := rtptest.FrameOptions{Keyframe: random.IntN(20) == 0, Octets: 1500 * (i + 1)}
					if err := layers[i].frame(pool, simulcast.Layer(i), o, c, func(p *packet.Packet) { sub.take(p, now) }); err != nil {
						t.Fatal(err)
					}
				}
			}
			if sub.packets < 500 || sub.switches < 10 {
				t.Errorf("only %d packets and %d switches", sub.packets, sub.switches)
			}
			for _, v := range sub.received.Violations() {
				t.Error(v)
			}
			if pool.InUse() != 0 {
				t.Errorf("%d packets in use", pool.InUse())
			}
		})
	}
}
