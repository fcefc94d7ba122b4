package packet

import "errors"

// What Parse and RestoreFromRTX refuse. All of them are input errors: count the
// packet and drop it.
var (
	// ErrTooLarge is a packet of more than MaxSize octets.
	ErrTooLarge = errors.New("rtp: packet exceeds the buffer")
	// ErrTruncated is a packet that ends inside its fixed header or CSRC list.
	ErrTruncated = errors.New("rtp: truncated header")
	// ErrVersion is a version other than 2.
	ErrVersion = errors.New("rtp: version is not 2")
	// ErrExtension is a header extension, or an element of it, that runs past
	// its end (RFC 3550 section 5.3.1, RFC 8285 section 4).
	ErrExtension = errors.New("rtp: truncated header extension")
	// ErrPadding is a padding count of zero or larger than what follows the
	// header (RFC 3550 section 5.1).
	ErrPadding = errors.New("rtp: invalid padding")
	// ErrEmptyRTX is a retransmission packet without payload. Browsers send such
	// packets, usually made of padding, to probe for bandwidth.
	ErrEmptyRTX = errors.New("rtx: no payload")
	// ErrTruncatedRTX is a retransmission packet whose payload cannot hold the
	// original sequence number (RFC 4588 section 4).
	ErrTruncatedRTX = errors.New("rtx: truncated original sequence number")
)
