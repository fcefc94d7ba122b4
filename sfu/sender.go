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

// sender is one track on one subscriber's connection. Where that is its own, it is the
// connection's TrackLocal too, and Pion gives it the negotiated parameters.
type sender struct {
	track    *Track
	codec    offeredCodec // the subscriber's
	streamID string
	sub      *egress.Subscriber
	muted    func() bool // nil for never
	delivery func(egress.Delivery)
	verdict  func(Kind, quality.Verdict, quality.Report)
	noRepeat bool // see egress.StreamConfig

	extensions egress.Extensions

	// Only on a Downlink: whose it is, how it is offered, and its SSRCs.
	of             *Subscription
	offers         []offeredCodec
	source, repair uint32

	rtx    uint32 // SSRC of the repair stream, 0 without; set before the stream exists
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
	if params.PayloadType == 0 && params.MimeType == "" {
		return params, fmt.Errorf("bind %s: %w", s.codec.codec, webrtc.ErrUnsupportedCodec)
	}
	sealer := func(*sender) egress.Sealer { return pionSealer{c.WriteStream()} } // until the keys are known
	s.begin(uint32(c.SSRC()), uint32(c.SSRCRetransmission()), rtx, sealer)
	return params, nil
}

// begin makes the stream, with its SSRCs and the payload type of its repair stream.
func (s *sender) begin(ssrc, repair uint32, rtx uint8, sealer func(*sender) egress.Sealer) *egress.Stream {
	if repair == 0 {
		rtx = 0
	}
	if rtx != 0 {
		s.rtx = repair
	}
	s.ssrc.Store(ssrc)
	stream := s.sub.Add(s.track, egress.StreamConfig{
		Codec:       s.codec.codec,
		PayloadType: s.codec.payloadType, SSRC: ssrc,
		RTXPayloadType: rtx, RTXSSRC: repair,
		REDPayloadType: s.codec.red,
		Encodings:      s.track.Encodings(),
		// RFC 3550 section 5.1: random, the sequence number below half so that
		// SRTP's roll-over counter starts unambiguously (RFC 3711 section 3.3.1).
		FirstSequence: uint16(rand.Uint32N(1 << 15)), FirstRTXSequence: uint16(rand.Uint32N(1 << 15)), //nolint:gosec // not a secret
		FirstTimestamp: rand.Uint32(), //nolint:gosec // not a secret
		Extensions:     s.extensions,
		Padding:        s.codec.codec.IsVideo() && s.codec.has(feedbackTWCC),
		Muted:          s.muted != nil && s.muted(),
		NoRepeat:       s.noRepeat,
		Delivery:       s.delivery,
		// Only where transport-wide numbers are not sent: see subscriberFeedback.
		CongestionFeedback: s.codec.has(feedbackCCFB) && s.extensions.TransportSequence == 0,
		Sealer:             sealer(s),
	})
	stream.OnVerdict(s.judged())
	s.stream.Store(stream)
	return stream
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

// outgoing are the streams of a connection, for what its client sends back.
type outgoing interface {
	stream(ssrc uint32) *egress.Stream // nil when there is none
	subscriber() *egress.Subscriber    // nil without streams
	echoes() senders                   // that send a client's time back
}

// receiveRTCP takes one RTCP packet from p's client: its reference time is sent back,
// and what is about our sources goes to their streams. It is called by one
// goroutine at a time. Reports and transport-wide feedback, which come all the
// time, are read without an allocation.
func receiveRTCP(l outgoing, p *Peer, packet []byte) {
	switch rtcp.PacketType(packet[1]) {
	case rtcp.TypeReceiverReport, rtcp.TypeSenderReport:
		reportBlocks(packet, func(block rtcp.ReceptionReport) {
			if st := l.stream(block.SSRC); st != nil {
				st.Reported(block)
			}
		})
	case rtcp.TypeTransportSpecificFeedback, rtcp.TypePayloadSpecificFeedback:
		receiveFeedback(l, packet)
	case rtcp.TypeExtendedReport:
		if echo := p.echo.answer(l.echoes(), packet); len(echo) > 0 {
			_ = p.WriteRTCP(echo) // the client asks again in a second
		}
	}
}

// receiveFeedback takes one feedback message (RFC 4585 section 6.1).
func receiveFeedback(l outgoing, packet []byte) {
	if packet[1] == uint8(rtcp.TypeTransportSpecificFeedback) && measures(packet[0]&0x1f) {
		if sub := l.subscriber(); sub != nil {
			sub.Feedback(packet) // of all streams, whichever it names
		}
		return
	}
	pkts, err := rtcp.Unmarshal(packet)
	if err != nil {
		return
	}
	for _, pkt := range pkts {
		_, ofAll := pkt.(*rtcp.ReceiverEstimatedMaximumBitrate) // whichever it names
		for _, ssrc := range pkt.DestinationSSRC() {
			if st := l.stream(ssrc); st != nil {
				st.HandleRTCP(pkt)
				if ofAll {
					break
				}
			}
		}
	}
}

// measures reports whether a format of transport layer feedback tells when packets
// arrived: the transport-wide one, and that of RFC 8888.
func measures(format uint8) bool { return format == rtcp.FormatTCC || format == rtcp.FormatCCFB }

// receive takes one RTCP packet from p's client.
func (l *senders) receive(p *Peer, packet []byte) { receiveRTCP(l, p, packet) }

func (l senders) echoes() senders { return l }

func (l senders) subscriber() *egress.Subscriber {
	if len(l) == 0 {
		return nil
	}
	return l[0].sub
}

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
