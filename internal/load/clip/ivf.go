package clip

import "encoding/binary"

// The IVF container: a header of its own stated size that begins with "DKIF",
// then for each frame its size and time in 4 and 8 octets, little-endian.
const (
	ivfSignature   = "DKIF"
	ivfHeaderSize  = 32
	ivfFrameHeader = 4 + 8
)

// ivfFrames returns the frames of an IVF file.
func ivfFrames(file []byte) ([][]byte, error) {
	if len(file) < ivfHeaderSize || string(file[:4]) != ivfSignature {
		return nil, errFormat
	}
	size := int(binary.LittleEndian.Uint16(file[6:]))
	if size < ivfHeaderSize || size > len(file) {
		return nil, errFormat
	}
	var frames [][]byte
	for b := file[size:]; len(b) > 0; {
		if len(b) < ivfFrameHeader {
			return nil, errTruncated
		}
		size := binary.LittleEndian.Uint32(b)
		b = b[ivfFrameHeader:]
		if uint64(size) > uint64(len(b)) {
			return nil, errTruncated
		}
		frames = append(frames, b[:size:size])
		b = b[size:]
	}
	if frames == nil {
		return nil, errEmpty
	}
	return frames, nil
}
