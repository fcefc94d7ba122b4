package udp

import (
	"bytes"
	"encoding/binary"
)

// What the demultiplexer needs of RFC 8489: the fixed header, and in a binding
// request the USERNAME that stands before MESSAGE-INTEGRITY.
const (
	stunHeaderSize       = 20
	stunMagicCookie      = 0x2112A442
	stunBindingRequest   = 0x0001
	attrUsername         = 0x0006
	attrMessageIntegrity = 0x0008
	maxUfrag             = 256 // RFC 8445, section 5.3
)

// isBindingRequest says whether a STUN datagram claims to be a binding request,
// the only message that names an agent by itself.
func isBindingRequest(b []byte) bool {
	return len(b) >= stunHeaderSize && binary.BigEndian.Uint16(b) == stunBindingRequest
}

// localUfrag returns the part of a binding request's USERNAME that is the
// receiver's username fragment, the one before the colon (RFC 8445, section
// 7.2.2). The result aliases b. Nothing is authenticated here: the agent
// checks the message's integrity.
func localUfrag(b []byte) ([]byte, error) {
	if len(b) < stunHeaderSize || binary.BigEndian.Uint32(b[4:]) != stunMagicCookie {
		return nil, errSTUNHeader
	}
	if length := int(binary.BigEndian.Uint16(b[2:])); length%4 != 0 || stunHeaderSize+length != len(b) {
		return nil, errSTUNLength
	}
	for attrs := b[stunHeaderSize:]; len(attrs) >= 4; {
		kind, length := binary.BigEndian.Uint16(attrs), int(binary.BigEndian.Uint16(attrs[2:]))
		padded := (length + 3) &^ 3
		if 4+padded > len(attrs) {
			return nil, errSTUNTruncate
		}
		switch kind {
		case attrUsername:
			return ufragOf(attrs[4 : 4+length])
		case attrMessageIntegrity:
			// What follows is not covered by it and must be ignored.
			return nil, errNoUsername
		}
		attrs = attrs[4+padded:]
	}
	return nil, errNoUsername
}

func ufragOf(username []byte) ([]byte, error) {
	ufrag, _, found := bytes.Cut(username, []byte{':'})
	if !found || len(ufrag) == 0 || len(ufrag) > maxUfrag {
		return nil, errUsername
	}
	return ufrag, nil
}
