package transport

// class is what a datagram is, told by its first octet (RFC 7983 section 7).
type class uint8

const (
	classUnknown class = iota
	classSTUN
	classDTLS
	classRTP
	classRTCP
)

// classify sorts a datagram. RTP and RTCP share the range 128 to 191; the second
// octet is 192 to 223 for RTCP (RFC 5761 section 4).
func classify(b []byte) class {
	if len(b) < 2 {
		return classUnknown
	}
	switch first := b[0]; {
	case first <= 3:
		return classSTUN
	case first >= 20 && first <= 63:
		return classDTLS
	case first >= 128 && first <= 191:
		if b[1] >= 192 && b[1] <= 223 {
			return classRTCP
		}
		return classRTP
	}
	return classUnknown
}
