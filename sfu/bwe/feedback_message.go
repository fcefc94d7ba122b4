package bwe

import "encoding/binary"

// Payload types and formats of the RTCP packets that are read here.
const (
	transportLayerFeedback = 205 // RTPFB (RFC 4585 section 6.2)

	formatCongestion = 11 // of 205: RFC 8888
	formatTransport  = 15 // of 205: transport-wide feedback

	rtcpHeader  = 4
	rtcpVersion = 2
)

// feedbackMessage returns what an RTCP packet of the type and format holds behind
// its header, beginning with the sender's SSRC and without padding (RFC 4585
// section 6.1). What follows the packet in b is left out.
func feedbackMessage(b []byte, payloadType, format uint8) ([]byte, error) {
	if len(b) < rtcpHeader {
		return nil, errTruncated
	}
	if b[0]>>6 != rtcpVersion || b[0]&0x1f != format || b[1] != payloadType {
		return nil, errOtherMessage
	}
	size := 4 * (1 + int(binary.BigEndian.Uint16(b[2:]))) // in words, less one
	if size > len(b) {
		return nil, errTruncated
	}
	message := b[rtcpHeader:size]
	if b[0]&0x20 == 0 {
		return message, nil
	}
	padding := int(b[size-1])
	if padding == 0 || padding > len(message) {
		return nil, errPadding
	}
	return message[:len(message)-padding], nil
}
