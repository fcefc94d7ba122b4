package recorder

import "encoding/binary"

// What a container tells a decoder in advance, its CodecPrivate.

// opusHead returns that of Opus (RFC 7845 section 5.1): two channels, as WebRTC has them.
func opusHead() []byte {
	head := append([]byte("OpusHead"), 1, 2)
	head = binary.LittleEndian.AppendUint16(head, 0)     // samples to skip
	head = binary.LittleEndian.AppendUint32(head, 48000) // of the input
	return append(head, 0, 0, 0)                         // gain, channel mapping family
}

// The types of NAL units (ITU-T H.264 table 7-1).
const (
	nalSPS = 7
	nalPPS = 8
)

// avcConfig returns that of H.264 (ISO/IEC 14496-15 section 5.3.3.1), from a frame whose
// NAL units have their length in front. It is nil when the frame has no parameter sets.
func avcConfig(frame []byte) []byte {
	var sps, pps []byte
	for len(frame) >= 4 {
		n := int(binary.BigEndian.Uint32(frame))
		if frame = frame[4:]; n == 0 || n > len(frame) {
			return nil
		}
		switch frame[0] & 0x1f {
		case nalSPS:
			sps = frame[:n]
		case nalPPS:
			pps = frame[:n]
		}
		frame = frame[n:]
	}
	if len(sps) < 4 || len(sps) > 1<<16-1 || len(pps) == 0 || len(pps) > 1<<16-1 {
		return nil
	}
	config := []byte{1, sps[1], sps[2], sps[3], 0xff, 0xe1}                          // version, profile, level; lengths of 4 octets; one SPS
	config = append(binary.BigEndian.AppendUint16(config, uint16(len(sps))), sps...) //nolint:gosec // checked above
	config = append(config, 1)                                                       // one PPS
	return append(binary.BigEndian.AppendUint16(config, uint16(len(pps))), pps...)   //nolint:gosec // likewise
}

// The types of OBUs (AV1 bitstream specification section 6.2.2).
const obuSequenceHeader = 1

// av1Config returns that of AV1 (AV1 in ISOBMFF section 2.3), from a frame whose OBUs have
// their size: of profile 0 with 8 bits, as WebRTC has it without another agreement. It is nil
// when the frame has no sequence header.
func av1Config(frame []byte) []byte {
	for len(frame) >= 2 {
		header := 1 + int(frame[0]>>2&1) // with an extension or without
		size, n := uvarint(frame[min(header, len(frame)):])
		end := header + n + size
		if n == 0 || size < 0 || end > len(frame) {
			return nil
		}
		if frame[0]>>3&0xf != obuSequenceHeader || size < 4 {
			frame = frame[end:]
			continue
		}
		payload := frame[header+n : end]
		if payload[0]>>1 != 0 {
			return nil // another profile, or what moves the level from its usual place
		}
		const chroma420 = 0x0c // both directions are subsampled
		return append([]byte{0x81, payload[3] >> 3, chroma420, 0}, frame[:end]...)
	}
	return nil
}

// uvarint reads a number in LEB128 (AV1 bitstream specification section 4.10.5) of up to
// four octets, and how many they are: 0 when it is none.
func uvarint(b []byte) (value, n int) {
	for n < len(b) && n < 4 {
		value |= int(b[n]&0x7f) << (7 * n)
		if n++; b[n-1] < 0x80 {
			return value, n
		}
	}
	return 0, 0
}
