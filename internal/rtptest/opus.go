package rtptest

// opusPayload: one packet, whatever its size (RFC 7587); 20 ms of wideband.
func opusPayload(pieces [][]byte) [][]byte {
	b := []byte{0x78}
	for _, piece := range pieces {
		b = append(b, piece...)
	}
	return [][]byte{b}
}
