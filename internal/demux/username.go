package demux

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// What it takes of RFC 8489 to find an ICE agent: the fixed header, and in a
// binding request the USERNAME that stands before MESSAGE-INTEGRITY.
const (
	stunHeaderSize       = 20
	stunMagicCookie      = 0x2112A442
	stunBindingRequest   = 0x0001
	attrUsername         = 0x0006
	attrMessageIntegrity = 0x0008
	maxUfrag             = 256 // RFC 8445, section 5.3
)

// Errors of LocalUfrag.
var (
	ErrNoRequest   = errors.New("not a STUN binding request")
	ErrSTUNLength  = errors.New("STUN length differs from the datagram's")
	ErrTruncated   = errors.New("STUN attribute runs past the message")
	ErrNoUsername  = errors.New("STUN request without a username")
	ErrBadUsername = errors.New("STUN username is not ufrag:ufrag")
)

// LocalUfrag returns which ICE agent a STUN binding request is for: the part of
// its USERNAME that is the receiver's username fragment, the one before the
// colon (RFC 8445, section 7.2.2). The result aliases b. Nothing is
// authenticated here: the agent checks the message's integrity.
func LocalUfrag(b []byte) ([]byte, error) {
	if len(b) < stunHeaderSize || binary.BigEndian.Uint16(b) != stunBindingRequest ||
		binary.BigEndian.Uint32(b[4:]) != stunMagicCookie {
		return nil, ErrNoRequest
	}
	if length := int(binary.BigEndian.Uint16(b[2:])); length%4 != 0 || stunHeaderSize+length != len(b) {
		return nil, ErrSTUNLength
	}
	for attrs := b[stunHeaderSize:]; len(attrs) >= 4; {
		kind, length := binary.BigEndian.Uint16(attrs), int(binary.BigEndian.Uint16(attrs[2:]))
		padded := (length + 3) &^ 3
		if 4+padded > len(attrs) {
			return nil, ErrTruncated
		}
		switch kind {
		case attrUsername:
			return ufragOf(attrs[4 : 4+length])
		case attrMessageIntegrity:
			// What follows is not covered by it and must be ignored.
			return nil, ErrNoUsername
		}
		attrs = attrs[4+padded:]
	}
	return nil, ErrNoUsername
}

func ufragOf(username []byte) ([]byte, error) {
	ufrag, _, found := bytes.Cut(username, []byte{':'})
	if !found || len(ufrag) == 0 || len(ufrag) > maxUfrag {
		return nil, ErrBadUsername
	}
	return ufrag, nil
}
