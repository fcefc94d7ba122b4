package demux

// Class is what a datagram is, told by its first octet (RFC 7983, section 7).
type Class uint8

// The classes.
const (
	Unknown Class = iota
	STUN
	DTLS
	RTP
	RTCP
)

// Of sorts a datagram. RTP and RTCP share the range 128 to 191 and are
// told apart by the second octet: 192 to 223 is RTCP (RFC 5761, section 4).
// ZRTP, TURN channels and QUIC, for which nobody here has a use, are
// unknown.
func Of(b []byte) Class {
	if len(b) < 2 {
		return Unknown
	}
	switch first := b[0]; {
	case first <= 3:
		return STUN
	case first >= 20 && first <= 63:
		return DTLS
	case first >= 128 && first <= 191:
		if b[1] >= 192 && b[1] <= 223 {
			return RTCP
		}
		return RTP
	}
	return Unknown
}
