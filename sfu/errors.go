package sfu

import "errors"

var (
	// ErrNoMedia says that an offer has no audio or video section that could be
	// used: none at all, the wrong direction, or no codec that we forward.
	ErrNoMedia = errors.New("the offer has no usable audio or video section")
	// ErrCodecMismatch says that a subscriber's offer lacks a codec of the
	// publisher. Nothing is transcoded.
	ErrCodecMismatch = errors.New("codec not offered by the subscriber")
	// ErrBadOffer says that an offer is not valid SDP or exceeds a limit.
	ErrBadOffer = errors.New("invalid offer")
	// ErrNoPacket says that octets are no RTP packet, or too many for one.
	ErrNoPacket = errors.New("not an RTP packet")
	// ErrClosed says that the peer, its publication or the engine is closed.
	ErrClosed = errors.New("closed")
)
