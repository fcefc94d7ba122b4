package bwe

import "errors"

// What is wrong with feedback. All of these are input errors: count the packet and
// drop it, it had no effect.
var (
	// errTruncated is feedback that ends before what it announces.
	errTruncated = errors.New("bwe: truncated feedback")
	// errOtherMessage is an RTCP packet of another version, type or format.
	errOtherMessage = errors.New("bwe: not the feedback that was expected")
	// errPadding is a padding count of zero or larger than what follows the header
	// (RFC 3550 section 6.4.1).
	errPadding = errors.New("bwe: invalid padding")
	// errReservedStatus is transport-wide feedback with a status that has no meaning
	// yet (section 3.1.1 of the draft), so that the deltas behind have none either.
	errReservedStatus = errors.New("bwe: reserved packet status")
	// errTooManyPackets is feedback about more numbers than can be told from older
	// ones: half of them.
	errTooManyPackets = errors.New("bwe: feedback about too many packets")
)
