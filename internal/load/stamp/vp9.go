package stamp

import "encoding/binary"

// A superframe index (VP9 bitstream specification, annex B) with one frame whose
// size has four octets: |110|size-1 11|frames-1 000|, sizes, the same again.
const (
	vp9Marker    = 0xd8
	vp9IndexSize = 1 + 4 + 1
	vp9Tail      = wireSize + vp9IndexSize
)

// appendVP9 makes the frame the only one of a superframe and puts the stamp
// between the two: decoders take from a superframe the frames that its index
// declares, and leave the rest.
func appendVP9(dst, frame []byte, filler int) []byte {
	dst = appendFiller(append(dst, frame...), filler)
	dst = append(appendRoom(dst), vp9Marker)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(frame)))
	return append(dst, vp9Marker)
}

func findVP9(payload []byte) []byte {
	n := len(payload)
	if n < vp9Tail || payload[n-1] != vp9Marker || payload[n-vp9IndexSize] != vp9Marker {
		return nil
	}
	return tail(payload, vp9Tail)
}
