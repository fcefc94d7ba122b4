package stamp

// The packet of code 3 (RFC 6716 section 3.2.5): TOC, |v 0|p 1|M 1|, the length
// of the padding, the frame, the padding.
const (
	opusCode      = 0x03 // the lowest bits of the TOC octet: how many frames, and of which sizes
	opusOnePadded = 0x41
)

// appendOpus repacks a packet of one frame so that it may have padding. Encoders
// must fill padding with zeros and decoders must take it whatever it is, so that
// this is allowed only as a test. The first octet is zero all the same: newer
// decoders read extensions in the padding, and that one says that the rest is
// none.
func appendOpus(dst, frame []byte, filler int) []byte {
	if len(frame) == 0 || frame[0]&opusCode != 0 {
		return append(dst, frame...)
	}
	dst = append(dst, frame[0]|opusCode, opusOnePadded)
	padding := 1 + filler + wireSize
	for ; padding > 254; padding -= 254 {
		dst = append(dst, 255) // 254 octets, and more
	}
	dst = append(append(dst, byte(padding)), frame[1:]...)
	return appendRoom(appendFiller(append(dst, 0), filler))
}
