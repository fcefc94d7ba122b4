package codec

import "errors"

// What Inspect refuses. Both are input errors.
var (
	// ErrEmpty is a packet without payload, such as one made of padding only. It
	// carries no media but may be part of the sequence.
	ErrEmpty = errors.New("codec: empty payload")
	// ErrTruncated is a payload that ends inside its codec's header.
	ErrTruncated = errors.New("codec: truncated payload header")
	// ErrUnknown is a codec that Inspect cannot read.
	ErrUnknown = errors.New("codec: unknown codec")
)
