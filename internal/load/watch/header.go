package watch

import "encoding/binary"

// header is what a Receiver needs of an RTP packet (RFC 3550 section 5.1), with
// views of the octets it was read from. packet.Packet, which the server uses,
// copies them: here that would be memory of a thousand receivers that no cache
// holds, for packets that nobody keeps.
type header struct {
	marker      bool
	payloadType uint8
	number      uint16
	timestamp   uint32
	ssrc        uint32
	profile     uint16 // of the extension, 0 for none
	extension   []byte // its elements
	payload     []byte // without padding
}

const fixedHeader = 12

// parse reads a packet. It returns false for one that does not follow the format.
func (h *header) parse(b []byte) bool {
	if len(b) < fixedHeader || b[0]>>6 != 2 {
		return false
	}
	h.marker, h.payloadType = b[1]&0x80 != 0, b[1]&0x7f
	h.number = binary.BigEndian.Uint16(b[2:])
	h.timestamp = binary.BigEndian.Uint32(b[4:])
	h.ssrc = binary.BigEndian.Uint32(b[8:])
	start := fixedHeader + 4*int(b[0]&0x0f) // contributing sources
	if b[0]&0x10 != 0 {
		if len(b) < start+4 {
			return false
		}
		end := start + 4 + 4*int(binary.BigEndian.Uint16(b[start+2:]))
		if len(b) < end {
			return false
		}
		h.profile, h.extension = binary.BigEndian.Uint16(b[start:]), b[start+4:end]
		start = end
	}
	end := len(b)
	if b[0]&0x20 != 0 {
		padding := int(b[end-1])
		if padding == 0 {
			return false
		}
		end -= padding
	}
	if end < start {
		return false
	}
	h.payload = b[start:end]
	return true
}

// element returns the data of a header extension element (RFC 8285), nil when
// the packet has none with that identifier.
func (h *header) element(id uint8) []byte {
	const oneByte, twoByte = 0xbede, 0x100
	rest := h.extension
	for len(rest) > 0 {
		if rest[0] == 0 { // padding
			rest = rest[1:]
			continue
		}
		var found uint8
		var size, at int
		switch {
		case h.profile == oneByte:
			found, size, at = rest[0]>>4, int(rest[0]&0x0f)+1, 1
			if found == 0 || found == 15 {
				return nil
			}
		case h.profile>>4 == twoByte && len(rest) > 1:
			found, size, at = rest[0], int(rest[1]), 2
		default:
			return nil
		}
		if len(rest) < at+size {
			return nil
		}
		if found == id {
			return rest[at : at+size]
		}
		rest = rest[at+size:]
	}
	return nil
}

// original undoes the retransmission format (RFC 4588 section 4): the number of
// the original stands in front of its payload. It returns false when there is no
// room for one.
func (h *header) original() bool {
	if len(h.payload) < 2 {
		return false
	}
	h.number = binary.BigEndian.Uint16(h.payload)
	h.payload = h.payload[2:]
	return true
}
