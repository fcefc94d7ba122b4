package stamp

// appendVP8 adds octets behind the frame. The last DCT partition has no size of
// its own but reaches to the end of the data (RFC 6386 section 9.5), and a
// decoder reads no more of it than its macroblocks need.
func appendVP8(dst, frame []byte, filler int) []byte {
	dst = appendFiller(append(dst, frame...), filler)
	return appendRoom(dst)
}
