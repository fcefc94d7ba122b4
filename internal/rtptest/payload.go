package rtptest

import (
	"encoding/binary"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// payloads wraps the pieces of one frame in the codec's RTP payload format. The
// stamps are added behind them afterwards.
func (s *Stream) payloads(o FrameOptions, pieces [][]byte) [][]byte {
	switch s.cfg.Codec {
	case codec.VP8:
		return s.vp8Payloads(o, pieces)
	case codec.VP9:
		return s.vp9Payloads(o, pieces)
	case codec.H264:
		return h264Payloads(o, pieces)
	case codec.AV1:
		return av1Payloads(o, pieces)
	default:
		return opusPayload(pieces)
	}
}

// vp8Payloads: descriptor with picture id, TL0PICIDX and layer (RFC 7741), and
// a frame tag at the start of the frame (RFC 6386 section 9.1).
func (s *Stream) vp8Payloads(o FrameOptions, pieces [][]byte) [][]byte {
	out := make([][]byte, len(pieces))
	for i, piece := range pieces {
		first := byte(0x80) // X
		if i == 0 {
			first |= 0x10 // S
			piece[0] = piece[0]&^0x01 | 0x01
			if o.Keyframe {
				piece[0] &^= 0x01
				copy(piece[3:], []byte{0x9d, 0x01, 0x2a})
				binary.LittleEndian.PutUint16(piece[6:], s.cfg.Width)
				binary.LittleEndian.PutUint16(piece[8:], s.cfg.Height)
			}
		}
		layer := o.Temporal << 6
		if o.Temporal > 0 {
			layer |= 0x20 // Y
		}
		descriptor := []byte{first, 0xe0, 0x80 | byte(s.pictureID>>8), byte(s.pictureID), s.tl0PicIdx, layer}
		out[i] = append(descriptor, piece...)
	}
	return out
}

// vp9Payloads: non-flexible mode, one spatial layer, with the size of the
// picture in the scalability structure of keyframes (RFC 9628).
func (s *Stream) vp9Payloads(o FrameOptions, pieces [][]byte) [][]byte {
	out := make([][]byte, len(pieces))
	for i, piece := range pieces {
		flags := byte(0xa0) // I, L
		if !o.Keyframe {
			flags |= 0x40 // P
		}
		if i == 0 {
			flags |= 0x08 // B
		}
		if i == len(pieces)-1 {
			flags |= 0x04 // E
		}
		structure := i == 0 && o.Keyframe
		if structure {
			flags |= 0x02 // V
		}
		layer := o.Temporal << 5
		if o.Temporal > 0 {
			layer |= 0x10 // U
		}
		b := []byte{flags, 0x80 | byte(s.pictureID>>8), byte(s.pictureID), layer, s.tl0PicIdx}
		if structure {
			b = append(b, 0x10) // one layer, with its size
			b = binary.BigEndian.AppendUint16(b, s.cfg.Width)
			b = binary.BigEndian.AppendUint16(b, s.cfg.Height)
		}
		out[i] = append(b, piece...)
	}
	return out
}

// h264Payloads: a keyframe begins with an aggregate of its parameter sets; a
// slice is a packet of its own or fragmented (RFC 6184).
func h264Payloads(o FrameOptions, pieces [][]byte) [][]byte {
	const reference = 0x60 // nal_ref_idc
	kind := byte(1)
	var out [][]byte
	if o.Keyframe {
		kind = 5
		sps := []byte{reference | 7, 0x42, 0xc0, 0x1f, 0x8c, 0x68, 0x0a}
		pps := []byte{reference | 8, 0xce, 0x3c, 0x80}
		b := []byte{reference | 24}
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(sps))), sps...)
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(pps)+stampSize)), pps...)
		out = append(out, b)
	}
	pieces[0][0] |= 0x80 // first_mb_in_slice 0
	if len(pieces) == 1 {
		return append(out, append([]byte{reference | kind}, pieces[0]...))
	}
	for i, piece := range pieces {
		header := kind
		if i == 0 {
			header |= 0x80 // S
		}
		if i == len(pieces)-1 {
			header |= 0x40 // E
		}
		out = append(out, append([]byte{reference | 28, header}, piece...))
	}
	return out
}

// av1Payloads: one frame OBU over all packets, in a keyframe behind a sequence
// header (RTP payload format for AV1, section 4).
func av1Payloads(o FrameOptions, pieces [][]byte) [][]byte {
	sequenceHeader := []byte{0x08, 0x00, 0x00, 0x00, 0x42, 0xab, 0xbf, 0xc3, 0x70, 0x0b, 0xa1}
	const frame = 0x30
	out := make([][]byte, len(pieces))
	for i, piece := range pieces {
		aggregation := byte(0x10) // one element
		if i > 0 {
			aggregation |= 0x80 // Z
		}
		if i < len(pieces)-1 {
			aggregation |= 0x40 // Y
		}
		var b []byte
		switch {
		case i > 0:
			b = []byte{aggregation}
		case o.Keyframe:
			aggregation += 0x10 + 0x08 // two elements, N
			b = append([]byte{aggregation, byte(len(sequenceHeader))}, sequenceHeader...)
			b = append(b, frame)
		default:
			b = []byte{aggregation, frame}
		}
		out[i] = append(b, piece...)
	}
	return out
}

// opusPayload: one packet, whatever its size (RFC 7587); 20 ms of wideband.
func opusPayload(pieces [][]byte) [][]byte {
	b := []byte{0x78}
	for _, piece := range pieces {
		b = append(b, piece...)
	}
	return [][]byte{b}
}
