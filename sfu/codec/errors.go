package codec

import "errors"

// What Inspect and the readers refuse. All of them are input errors.
var (
	// ErrEmpty is a packet without payload, such as one made of padding only. It
	// carries no media but may be part of the sequence.
	ErrEmpty = errors.New("codec: empty payload")
	// ErrTruncated is a payload that ends inside its codec's header.
	ErrTruncated = errors.New("codec: truncated payload header")
	// ErrUnknown is a codec that Inspect cannot read.
	ErrUnknown = errors.New("codec: unknown codec")
	// ErrDescriptor is a dependency descriptor that ends too early, or has more
	// templates, layers or references than the specification allows.
	ErrDescriptor = errors.New("codec: malformed dependency descriptor")
	// ErrTemplate is a dependency descriptor with a template that is unknown: the
	// packet that attached its structure was not seen.
	ErrTemplate = errors.New("codec: unknown dependency descriptor template")
)

// What SplitRED and AppendRED refuse.
var (
	// ErrRED is a redundant payload that ends inside its headers or blocks.
	ErrRED = errors.New("codec: truncated redundant payload")
	// ErrREDBlocks is a redundant payload of no block or of more than MaxREDBlocks.
	ErrREDBlocks = errors.New("codec: number of redundant blocks out of range")
	// ErrREDRange is a block whose payload type, offset or length does not fit
	// into its header.
	ErrREDRange = errors.New("codec: redundant block out of range")
)
