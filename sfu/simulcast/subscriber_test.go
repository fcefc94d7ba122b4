package simulcast_test

import (
	"time"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/simulcast"
)

// subscriberSSRC is the stream to the subscriber.
const subscriberSSRC = 7

// subscriber is the forwarding path of this package alone: what an egress does
// with a packet, without sending it.
type subscriber struct {
	codec    codec.Codec
	selector *simulcast.Selector
	rewriter *simulcast.Rewriter
	received *rtptest.Conformance

	reference func(simulcast.Layer) simulcast.Reference // nil for none
	layer     simulcast.Layer                           // of what was sent last
	epoch     uint8
	packets   int
	switches  int
	fills     int
}

func newSubscriber(c codec.Codec, firstSeq uint16, firstTS uint32, want rtptest.Expectations) *subscriber {
	want.Codecs = map[uint8]codec.Codec{96: c}
	want.PictureIDs = true
	return &subscriber{
		codec:    c,
		selector: simulcast.NewVideoSelector(),
		rewriter: simulcast.NewRewriter(c.ClockRate(), firstSeq, firstTS, c == codec.VP8),
		received: rtptest.NewConformance(want),
		layer:    simulcast.None,
	}
}

// take sends a packet on, if the subscriber is to have it.
func (s *subscriber) take(p *packet.Packet, now time.Time) (out simulcast.Output, verdict simulcast.Verdict, sent bool) {
	switch verdict = s.selector.Admit(p); verdict {
	case simulcast.Ignore:
		return out, verdict, false
	case simulcast.Leave:
		if out, sent = s.rewriter.Leave(p); sent {
			s.fills++ // an empty packet, which tells the checker nothing
		}
		return out, verdict, sent
	case simulcast.Begin:
		s.begin(p, now)
	case simulcast.Forward:
	}
	if out, sent = s.rewriter.Rewrite(p); sent {
		s.packets++
		s.send(s.packet(p, out), out, now)
	}
	return out, verdict, sent
}

func (s *subscriber) begin(p *packet.Packet, now time.Time) {
	if p.Layer == s.layer && p.Epoch == s.epoch {
		s.rewriter.Resume(p)
		return
	}
	var before, after simulcast.Reference
	if s.reference != nil && s.layer != simulcast.None && p.Layer != s.layer {
		before, after = s.reference(s.layer), s.reference(p.Layer)
	}
	s.rewriter.Switch(p, before, after, now)
	s.layer, s.epoch = p.Layer, p.Epoch
	s.switches++
}

// packet returns a packet with the numbers that it goes out with, but for those
// of the header.
func (s *subscriber) packet(p *packet.Packet, out simulcast.Output) *rtp.Packet {
	sent := &rtp.Packet{Payload: append([]byte(nil), p.Payload()...)}
	sent.Marker = s.selector.Ends(p)
	codec.SetIDs(s.codec, sent.Payload, out.PictureID, out.TL0PICIDX)
	if d := p.Extension(descriptorID); d != nil {
		d = append([]byte(nil), d...)
		codec.SetFrameNumber(d, out.PictureID)
		sent.Extension, sent.ExtensionProfile = true, rtp.ExtensionProfileTwoByte
		if err := sent.SetExtension(descriptorID, d); err != nil {
			panic(err)
		}
	}
	return sent
}

func (s *subscriber) send(p *rtp.Packet, out simulcast.Output, now time.Time) {
	p.Version, p.SSRC, p.PayloadType = 2, subscriberSSRC, 96
	p.SequenceNumber, p.Timestamp = out.Seq, out.Timestamp
	s.received.PacketAt(p, now)
}
