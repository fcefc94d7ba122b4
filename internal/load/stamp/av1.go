package stamp

// AV1 bitstream specification, sections 5.3, 5.8 and 6.7.1.
const (
	av1Metadata    = 5<<3 | 0x02 // OBU header: |0|type 5: metadata|no extension|has size|0|
	av1Private     = 6           // the first metadata_type for private use
	av1Trailing    = 0x80        // trailing_bits
	av1Tail        = wireSize + 1
	av1PayloadSize = 1 + av1Tail
)

// appendAV1 adds a metadata OBU of a private type, which decoders skip, behind
// the frame. A padding OBU would be the obvious one, but packetizers drop those
// (libwebrtc's and Pion's do).
func appendAV1(dst, frame []byte, filler int) []byte {
	dst = append(append(dst, frame...), av1Metadata)
	dst = appendLEB128(dst, uint(av1PayloadSize+filler))
	dst = append(dst, av1Private)
	dst = appendRoom(appendFiller(dst, filler))
	return append(dst, av1Trailing)
}

// appendLEB128 adds a number in groups of seven bits, the lowest first (section
// 4.10.5).
func appendLEB128(dst []byte, v uint) []byte {
	for v >= 0x80 {
		dst = append(dst, byte(v)|0x80)
		v >>= 7
	}
	return append(dst, byte(v))
}
