package packet

import "encoding/binary"

const (
	fixedHeader     = 12
	csrcSize        = 4
	extensionHeader = 4
)

// Parse copies b, one received RTP packet, and reads its header. It sets the
// header fields and the bounds of payload and extensions, and leaves Seq,
// Arrival and the fields derived from payload and extensions to the caller. It
// does not keep b and does not allocate. After an error the packet holds no
// payload and is only good for Release or another Parse.
func (p *Packet) Parse(b []byte) error {
	p.size, p.payloadStart, p.payloadEnd = 0, 0, 0
	p.extStart, p.extEnd, p.extProfile = 0, 0, 0

	if len(b) > MaxSize {
		return ErrTooLarge
	}
	if len(b) < fixedHeader {
		return ErrTruncated
	}
	if b[0]>>6 != 2 {
		return ErrVersion
	}
	start, err := p.parseExtension(b)
	if err != nil {
		return err
	}
	end := len(b)
	if b[0]&0x20 != 0 {
		// The count includes itself: with nothing after the header, and for
		// zero, there is no valid reading.
		if end == start {
			return ErrPadding
		}
		padding := int(b[end-1])
		if padding == 0 || padding > end-start {
			return ErrPadding
		}
		end -= padding
	}

	p.Marker = b[1]&0x80 != 0
	p.PayloadType = b[1] & 0x7f
	p.SequenceNumber = binary.BigEndian.Uint16(b[2:])
	p.Timestamp = binary.BigEndian.Uint32(b[4:])
	p.SSRC = binary.BigEndian.Uint32(b[8:])
	copy(p.buf[:], b)
	// All three fit: b has at most MaxSize octets.
	p.size = uint16(len(b))
	p.payloadStart = uint16(start)
	p.payloadEnd = uint16(end)
	return nil
}

// parseExtension finds the end of the header of b, after CSRCs and header
// extension, and records where the extension's elements lie.
func (p *Packet) parseExtension(b []byte) (headerEnd int, err error) {
	n := fixedHeader + int(b[0]&0x0f)*csrcSize
	if len(b) < n {
		return 0, ErrTruncated
	}
	if b[0]&0x10 == 0 {
		return n, nil
	}
	if len(b) < n+extensionHeader {
		return 0, ErrExtension
	}
	profile := binary.BigEndian.Uint16(b[n:])
	start := n + extensionHeader
	end := start + int(binary.BigEndian.Uint16(b[n+2:]))*4
	if len(b) < end || !validElements(profile, b[start:end]) {
		return 0, ErrExtension
	}
	p.extProfile = profile
	p.extStart = uint16(start)
	p.extEnd = uint16(end)
	return end, nil
}
