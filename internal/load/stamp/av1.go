package stamp

// AV1 bitstream specification, sections 5.3, 5.8 and 6.7.
const (
	av1Metadata = 5<<3 | 0x02 // OBU header: |0|type 5: metadata|no extension|has size|0|
	av1T35      = 4           // metadata_type: an ITU-T T.35 message, which begins with a country
	av1Nowhere  = 0xff        // the country code that announces another, and again as the other
	av1Trailing = 0x80        // trailing_bits
	av1Tail     = wireSize + 1
)

// appendAV1 adds a metadata OBU behind the frame: an ITU-T T.35 message of a
// country that is not assigned. Decoders skip that. The obvious OBU would be one
// of padding, but packetizers drop those; the next would be metadata of a private
// type, but dav1d says for each that it does not know it.
func appendAV1(dst, frame []byte, filler int) []byte {
	dst = append(append(dst, frame...), av1Metadata)
	dst = appendLEB128(dst, uint(3+filler+av1Tail))
	dst = append(dst, av1T35, av1Nowhere, av1Nowhere)
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
