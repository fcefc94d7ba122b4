package clip

import "bytes"

// A page of the Ogg container (RFC 3533 section 6): a header of 27 octets, the
// last of which counts the segments, then the sizes of the segments, then the
// segments. A packet ends with a segment of less than 255 octets.
const (
	oggSignature  = "OggS"
	oggHeaderSize = 27
	oggSegments   = 26 // where their number is
	oggFullSize   = 255
)

// opusPackets returns the audio packets of an Opus file: all but the first two,
// which are headers (RFC 7845 section 3).
func opusPackets(file []byte) ([][]byte, error) {
	packets, err := oggPackets(file)
	if err != nil {
		return nil, err
	}
	if len(packets) < 2 || !bytes.HasPrefix(packets[0], []byte("OpusHead")) ||
		!bytes.HasPrefix(packets[1], []byte("OpusTags")) {
		return nil, errFormat
	}
	if len(packets) == 2 {
		return nil, errEmpty
	}
	return packets[2:], nil
}

// oggPackets returns the packets of a file with one logical stream.
func oggPackets(file []byte) ([][]byte, error) {
	var packets [][]byte
	var packet []byte
	for len(file) > 0 {
		if len(file) < oggHeaderSize {
			return nil, errTruncated
		}
		if string(file[:4]) != oggSignature {
			return nil, errFormat
		}
		count := int(file[oggSegments])
		file = file[oggHeaderSize:]
		if len(file) < count {
			return nil, errTruncated
		}
		var sizes []byte
		sizes, file = file[:count], file[count:]
		for _, size := range sizes {
			if len(file) < int(size) {
				return nil, errTruncated
			}
			packet = append(packet, file[:size]...)
			file = file[size:]
			if size < oggFullSize {
				packets = append(packets, packet)
				packet = nil
			}
		}
	}
	if packet != nil {
		return nil, errTruncated
	}
	return packets, nil
}
