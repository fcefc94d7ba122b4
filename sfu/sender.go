package sfu

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/sfu/egress"
)

// sender is the TrackLocal of one track on one subscriber's connection: Pion
// gives it the negotiated parameters, the shard writes through it.
type sender struct {
	track    *Track
	codec    offeredCodec // the subscriber's
	streamID string
	sub      *egress.Subscriber
	muted    bool // initially

	extensions egress.Extensions

	out    webrtc.TrackLocalWriter // set by Bind, before the stream exists
	ssrc   atomic.Uint32
	stream atomic.Pointer[egress.Stream]
}

var (
	_ webrtc.TrackLocal = (*sender)(nil)
	_ egress.Writer     = (*sender)(nil)
)

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
	if c.SSRCRetransmission() == 0 {
		rtx = 0
	}
	s.out = c.WriteStream()
	s.ssrc.Store(uint32(c.SSRC()))
	s.stream.Store(s.sub.Add(s.track, egress.StreamConfig{
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
		Muted:          s.muted,
		Writer:         s,
	}))
	return params, nil
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

// WriteRTP implements egress.Writer on the shard's goroutine.
func (s *sender) WriteRTP(header *rtp.Header, payload []byte) error {
	_, err := s.out.WriteRTP(header, payload)
	return err //nolint:wrapcheck // counted, never shown
}

// setMuted stops or resumes the stream.
func (s *sender) setMuted(muted bool) {
	if st := s.stream.Load(); st != nil {
		st.SetMuted(muted)
	}
}

// senders are those of one connection.
type senders []*sender

// handleRTCP takes an RTCP packet from p's client: its reference time is sent
// back, and what is about one of our sources goes to its stream. It runs on the
// SRTCP session's goroutine.
func (l senders) handleRTCP(p *Peer, ssrc uint32, b []byte) {
	if echo := p.echo.answer(l, b); len(echo) > 0 {
		_ = p.WriteRTCP(echo) // the client asks again in a second
	}
	for _, s := range l {
		if s.ssrc.Load() != ssrc {
			continue
		}
		st := s.stream.Load()
		if st == nil {
			return
		}
		pkts, err := rtcp.Unmarshal(b)
		if err != nil {
			return
		}
		for _, pkt := range pkts {
			st.HandleRTCP(pkt)
		}
	}
}

// setMuted applies a set of muted kinds.
func (l senders) setMuted(kinds Kind) {
	for _, s := range l {
		s.setMuted(kinds&s.track.kind != 0)
	}
}
