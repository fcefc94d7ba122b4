package codec

import "encoding/binary"

// NAL unit types of ITU-T H.264 table 7-1, and the packet types that RFC 6184
// section 5.2 adds. Browsers negotiate packetization modes 0 and 1, which have
// no other packets.
const (
	nalSlice    = 1
	nalSliceA   = 2 // the first of three data partitions
	nalIDR      = 5
	nalSEI      = 6
	nalSPS      = 7
	nalPPS      = 8
	nalAUD      = 9
	packetSTAPA = 24
	packetFUA   = 28
)

// inspectH264 looks at the type of each NAL unit that begins in the packet. A
// sequence parameter set or the first slice of an IDR picture makes a keyframe.
func inspectH264(b []byte) (Frame, error) {
	var f Frame
	switch b[0] & 0x1f {
	case packetSTAPA:
		return inspectSTAPA(b[1:])
	case packetFUA:
		// FU indicator, then the FU header: |S|E|R| type |
		if len(b) < 2 {
			return Frame{}, ErrTruncated
		}
		if b[1]&0x80 != 0 {
			f.nalUnit(b[1]&0x1f, b[2:])
		}
	default:
		f.nalUnit(b[0]&0x1f, b[1:])
	}
	return f, nil
}

// inspectSTAPA walks an aggregation packet: NAL units, each after its size in
// two octets.
func inspectSTAPA(b []byte) (Frame, error) {
	var f Frame
	for len(b) > 0 {
		if len(b) < 2 {
			return Frame{}, ErrTruncated
		}
		size := int(binary.BigEndian.Uint16(b))
		b = b[2:]
		if size == 0 || size > len(b) {
			return Frame{}, ErrTruncated
		}
		f.nalUnit(b[0]&0x1f, b[1:size])
		b = b[size:]
	}
	return f, nil
}

// nalUnit adds what one NAL unit of the given type tells. body is what follows
// its header octet, as far as it is in the packet.
func (f *Frame) nalUnit(kind byte, body []byte) {
	switch kind {
	case nalSPS:
		f.Start, f.Keyframe = true, true
		picture := spsSize(body)
		f.Width, f.Height = picture.width, picture.height
	case nalPPS, nalSEI, nalAUD:
		f.Start = true
	case nalSlice, nalSliceA, nalIDR:
		// The slice header begins with first_mb_in_slice as an Exp-Golomb code,
		// whose zero is a single 1 bit: a first slice begins the picture.
		if len(body) > 0 && body[0]&0x80 != 0 {
			f.Start = true
			f.Keyframe = f.Keyframe || kind == nalIDR
		}
	}
}

// hasSPS reports whether a packet that Inspect has understood brings a sequence
// parameter set.
func hasSPS(b []byte) bool {
	switch b[0] & 0x1f {
	case nalSPS:
		return true
	case packetSTAPA:
		for b = b[1:]; len(b) > 2; {
			size := int(binary.BigEndian.Uint16(b))
			if b[2]&0x1f == nalSPS {
				return true
			}
			if size > len(b)-2 {
				return false
			}
			b = b[2+size:]
		}
	}
	return false
}
