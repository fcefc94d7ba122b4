package sfu

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/sfu/egress"
	"github.com/atrium-rtc/atrium/sfu/quality"
	"github.com/atrium-rtc/atrium/sfu/seal"
	"github.com/atrium-rtc/atrium/sfu/udp"
)

// sender is the TrackLocal of one track on one subscriber's connection: Pion
// gives it the negotiated parameters.
type sender struct {
	track    *Track
	codec    offeredCodec // the subscriber's
	streamID string
	sub      *egress.Subscriber
	muted    func() bool // initially; nil for no
	delivery func(egress.Delivery)
	verdict  func(Kind, quality.Verdict, quality.Report)
	keys     *lateKeys            // of a connection that streams are added to; nil for others
	began    func(*egress.Stream) // is called when there is a stream; nil for nothing
	refused  bool                 // by the client's answer: there is no stream

	extensions egress.Extensions

	rtx    uint32 // SSRC of the repair stream, 0 without; set by Bind, before the stream exists
	ssrc   atomic.Uint32
	stream atomic.Pointer[egress.Stream]
}

var _ webrtc.TrackLocal = (*sender)(nil)

// Bind is called by Pion when the answer is set.
func (s *sender) Bind(c webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	var params webrtc.RTPCodecParameters
	rtx := uint8(0)
	apt := fmt.Sprintf("apt=%d", s.codec.payloadType)
	for _, p := range c.CodecParameters() {
		switch {
		case uint8(p.PayloadType) == s.codec.payloadType:
			params = p
		case strings.EqualFold(p.MimeType, webrtc.MimeTypeRTX) && p.SDPFmtpLine == apt:
			rtx = uint8(p.PayloadType)
		}
	}
	if s.refused {
		return c.CodecParameters()[0], nil // it is taken out with the next offer
	}
	if params.PayloadType == 0 && params.MimeType == "" {
		return params, fmt.Errorf("bind %s: %w", s.codec.codec, webrtc.ErrUnsupportedCodec)
	}
	if c.SSRCRetransmission() == 0 || s.codec.rtx == 0 {
		rtx = 0
	}
	if rtx != 0 {
		s.rtx = uint32(c.SSRCRetransmission())
	}
	s.ssrc.Store(uint32(c.SSRC()))
	sealer, done := s.keys.sealer(s, c)
	defer done()
	stream := s.sub.Add(s.track, egress.StreamConfig{
		Codec:       s.codec.codec,
		PayloadType: s.codec.payloadType, SSRC: uint32(c.SSRC()),
		RTXPayloadType: rtx, RTXSSRC: uint32(c.SSRCRetransmission()),
		REDPayloadType: s.codec.red,
		Encodings:      s.track.Encodings(),
		// RFC 3550 section 5.1: random, the sequence number below half so that
		// SRTP's roll-over counter starts unambiguously (RFC 3711 section 3.3.1).
		FirstSequence: uint16(rand.Uint32N(1 << 15)), FirstRTXSequence: uint16(rand.Uint32N(1 << 15)), //nolint:gosec // not a secret
		FirstTimestamp: rand.Uint32(), //nolint:gosec // not a secret
		Extensions:     s.extensions,
		Padding:        s.codec.codec.IsVideo() && s.codec.has(feedbackTWCC),
		Muted:          s.muted != nil && s.muted(),
		NoRepeat:       s.keys != nil,
		Delivery:       s.delivery,
		Verdict:        s.judged(),
		// Only where transport-wide numbers are not sent: see subscriberFeedback.
		CongestionFeedback: s.codec.has(feedbackCCFB) && s.extensions.TransportSequence == 0,
		Sealer:             sealer,
	})
	s.stream.Store(stream)
	if s.began != nil {
		s.began(stream)
	}
	return params, nil
}

// judged returns what is told of verdicts on the stream; nil for nothing.
func (s *sender) judged() func(quality.Verdict, quality.Report) {
	if s.verdict == nil {
		return nil
	}
	return func(v quality.Verdict, r quality.Report) { s.verdict(s.track.kind, v, r) }
}

// Unbind is called by Pion when the connection closes; the subscriber is closed
// by its peer.
func (s *sender) Unbind(webrtc.TrackLocalContext) error { return nil }

// ID is the track's id in a=msid.
func (s *sender) ID() string { return s.streamID + "-" + s.Kind().String() }

// StreamID is the stream's id in a=msid: the same for sound and picture, since
// old clients play the first stream only.
func (s *sender) StreamID() string { return s.streamID }

// RID is empty: a subscriber gets one encoding.
func (s *sender) RID() string { return "" }

// Kind is audio or video.
func (s *sender) Kind() webrtc.RTPCodecType {
	return webrtc.NewRTPCodecType(s.track.kind.String())
}

// setMuted stops or resumes the stream.
func (s *sender) setMuted(muted bool) {
	if st := s.stream.Load(); st != nil {
		st.SetMuted(muted)
	}
}

// senders are those of one connection.
type senders []*sender

// receive takes one RTCP packet from p's client: its reference time is sent back,
// and what is about our sources goes to their streams. It is called by one
// goroutine at a time. Reports and transport-wide feedback, which come all the
// time, are read without an allocation.
func (l senders) receive(p *Peer, packet []byte) {
	switch rtcp.PacketType(packet[1]) {
	case rtcp.TypeReceiverReport, rtcp.TypeSenderReport:
		reportBlocks(packet, func(block rtcp.ReceptionReport) {
			if st := l.stream(block.SSRC); st != nil {
				st.Reported(block)
			}
		})
	case rtcp.TypeTransportSpecificFeedback, rtcp.TypePayloadSpecificFeedback:
		l.feedback(packet)
	case rtcp.TypeExtendedReport:
		if echo := p.echo.answer(l, packet); len(echo) > 0 {
			_ = p.WriteRTCP(echo) // the client asks again in a second
		}
	}
}

// feedback takes one feedback message (RFC 4585 section 6.1).
func (l senders) feedback(packet []byte) {
	if packet[1] == uint8(rtcp.TypeTransportSpecificFeedback) && measures(packet[0]&0x1f) {
		if len(l) > 0 {
			l[0].sub.Feedback(packet) // of all streams, whichever it names
		}
		return
	}
	pkts, err := rtcp.Unmarshal(packet)
	if err != nil {
		return
	}
	for _, pkt := range pkts {
		for _, ssrc := range pkt.DestinationSSRC() {
			if st := l.stream(ssrc); st != nil {
				st.HandleRTCP(pkt)
			}
		}
	}
}

// measures reports whether a format of transport layer feedback tells when packets
// arrived: the transport-wide one, and that of RFC 8888.
func measures(format uint8) bool { return format == rtcp.FormatTCC || format == rtcp.FormatCCFB }

// stream returns the one that is sent with an SSRC, nil when there is none.
func (l senders) stream(ssrc uint32) *egress.Stream {
	for _, s := range l {
		if s.ssrc.Load() == ssrc {
			return s.stream.Load()
		}
	}
	return nil
}

// sealable reports whether the shard can seal what the streams send: it never
// seals two packets under one number, so that what is sent again needs a repair
// stream.
func (l senders) sealable() bool {
	for _, s := range l {
		if s.rtx == 0 && s.codec.codec.IsVideo() && s.codec.has(feedbackNACK) {
			return false
		}
	}
	return true
}

// sealWith makes the streams seal with these keys, into this queue.
func (l senders) sealWith(keys *seal.Context, t *peerTransport, queue *udp.Queue) {
	for _, s := range l {
		if st := s.stream.Load(); st != nil {
			st.SetSealer(s.sealer(keys, t, queue))
		}
	}
}

// sealer returns what seals the stream with these keys, into this queue.
func (s *sender) sealer(keys *seal.Context, t *peerTransport, queue *udp.Queue) *shardSealer {
	own := &shardSealer{transport: t, queue: queue, overhead: keys.Overhead(), media: keys.Stream(s.ssrc.Load())}
	if s.rtx != 0 {
		own.rtx, own.rtxSSRC = keys.Stream(s.rtx), s.rtx
	}
	return own
}

// setMuted applies a set of muted kinds.
func (l senders) setMuted(kinds Kind) {
	for _, s := range l {
		s.setMuted(kinds&s.track.kind != 0)
	}
}
