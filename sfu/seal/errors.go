package seal

import "errors"

// What New refuses.
var (
	// ErrProfile is a protection profile that is none of the constants.
	ErrProfile = errors.New("srtp: unknown protection profile")
	// ErrKeySize is a master key or salt of another length than the profile's.
	ErrKeySize = errors.New("srtp: wrong size of master key or salt")
)

// What Seal refuses. The packet is then to be dropped; neither it nor the Stream
// has changed.
var (
	// ErrReused is a sequence number that was sealed before.
	ErrReused = errors.New("srtp: packet index used before")
	// ErrTooOld is a packet more than 1984 indices behind the newest, whose index is
	// no longer known to be used or not; or one from before index 0.
	ErrTooOld = errors.New("srtp: packet index behind the window")
	// ErrExhausted is a packet beyond the 2^48 that a source can have under one
	// master key (RFC 3711 section 9.2).
	ErrExhausted = errors.New("srtp: packet indices exhausted")
	// ErrShort is a packet without room for what is to stand in it, or a header
	// shorter than RTP's twelve octets.
	ErrShort = errors.New("srtp: packet too short")
)
