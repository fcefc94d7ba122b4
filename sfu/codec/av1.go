package codec

// OBU types of the AV1 bitstream specification, section 6.2.2.
const (
	obuSequenceHeader    = 1
	obuTemporalDelimiter = 2
	obuFrameHeader       = 3
	obuFrame             = 6
)

// av1Packet is what one packet says, and what the Inspector remembers of it.
type av1Packet struct {
	frame    Frame
	begins   bool // an OBU begins here, so that the frame has its layers
	sequence av1Sequence
}

// inspectAV1 is the part of a packet that needs no memory.
func inspectAV1(b []byte) (Frame, error) {
	p, err := readAV1(b)
	return p.frame, err
}

// readAV1 reads the aggregation header of the RTP payload format for AV1
// (section 4.4) and the headers of the OBUs that begin in the packet.
//
//	|Z|Y| W |N|-|-|-|  Z: continues an OBU, W: number of elements or 0, N: first
//	                   packet of a coded video sequence
//
// N together with a sequence header makes a keyframe. Layer numbers come from
// OBU extension headers, which only packets that begin an OBU have; the
// dependency descriptor extension is where the others carry them.
func readAV1(b []byte) (av1Packet, error) {
	continued, count, newSequence := b[0]&0x80 != 0, int(b[0]>>4&0x03), b[0]&0x08 != 0
	b = b[1:]
	if len(b) == 0 {
		return av1Packet{}, ErrTruncated
	}
	if continued && newSequence {
		// A sequence cannot begin in the middle of an OBU; believe the packet
		// nothing more than that it continues one.
		newSequence = false
	}
	var p av1Packet
	hasSequenceHeader := false
	for i := 1; len(b) > 0; i++ {
		element, rest, ok := av1Element(b, i == count)
		if !ok {
			return av1Packet{}, ErrTruncated
		}
		b = rest
		if len(element) == 0 || (i == 1 && continued) {
			continue
		}
		kind, ok := p.obu(element)
		if !ok {
			return av1Packet{}, ErrTruncated
		}
		hasSequenceHeader = hasSequenceHeader || kind == obuSequenceHeader
		if i == count {
			break
		}
	}
	p.frame.Keyframe = newSequence && hasSequenceHeader
	return p, nil
}

// av1Element takes one element off b. All have their size in front of them but
// the last, when the aggregation header counts them.
func av1Element(b []byte, last bool) (element, rest []byte, ok bool) {
	if last {
		return b, nil, true
	}
	size, n := leb128(b)
	if n == 0 || size > uint64(len(b)-n) {
		return nil, nil, false
	}
	end := n + int(size)
	return b[n:end], b[end:], true
}

// obu reads |0| type |X|S|-| and, if X, |TID|SID|- - -| (AV1 sections 5.3.2 and
// 5.3.3). S announces a size, which RTP leaves out since the element has one.
func (p *av1Packet) obu(element []byte) (kind byte, ok bool) {
	header := element[0]
	kind = header >> 3 & 0x0f
	body := element[1:]
	p.begins = true
	if header&0x04 != 0 {
		if len(body) == 0 {
			return 0, false
		}
		p.frame.TemporalLayer = body[0] >> 5
		p.frame.SpatialLayer = body[0] >> 3 & 0x03
		body = body[1:]
	}
	switch kind {
	case obuSequenceHeader:
		if header&0x02 != 0 {
			_, n := leb128(body)
			body = body[n:]
		}
		p.sequence = readAV1Sequence(body)
		p.frame.Width, p.frame.Height = p.sequence.size.width, p.sequence.size.height
		p.frame.Start = true
	case obuTemporalDelimiter, obuFrameHeader, obuFrame:
		p.frame.Start = true
	}
	return kind, true
}

// leb128 reads an unsigned number of at most eight octets, seven bits each, the
// lowest first (AV1 section 4.10.5), and returns the octets used: 0 if the
// number does not end.
func leb128(b []byte) (value uint64, n int) {
	for n < len(b) && n < 8 {
		octet := b[n]
		value |= uint64(octet&0x7f) << (7 * n)
		n++
		if octet&0x80 == 0 {
			return value, n
		}
	}
	return 0, 0
}
