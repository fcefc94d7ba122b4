package udp

import "encoding/binary"

// The type of a STUN message stands in its first two octets (RFC 8489 section 5).
const (
	stunHeaderSize     = 20
	stunBindingRequest = 0x0001
)

// isBindingRequest says whether a STUN datagram claims to be a binding request,
// the only message that names an agent by itself (see demux.LocalUfrag).
func isBindingRequest(b []byte) bool {
	return len(b) >= stunHeaderSize && binary.BigEndian.Uint16(b) == stunBindingRequest
}

// isResponse says whether a STUN datagram of ours answers a request: the higher bit of
// its class is set.
func isResponse(b []byte) bool { return b[0]&1 != 0 }
