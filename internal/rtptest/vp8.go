package rtptest

import (
	"encoding/binary"
	"slices"
)

// vp8Payloads: descriptor with picture id, TL0PICIDX and layer (RFC 7741), and
// a frame tag at the start of the frame (RFC 6386 section 9.1).
func (s *Stream) vp8Payloads(f layerFrame, pieces [][]byte) [][]byte {
	required, extended := byte(0), []byte(nil)
	if s.described == nil {
		required, extended = 0x80, s.vp8Extension(f) // X
	}
	if f.droppable {
		required |= 0x20 // N
	}
	out := make([][]byte, len(pieces))
	for i, piece := range pieces {
		first := required
		if i == 0 {
			first |= 0x10 // S
			s.vp8FrameTag(f, piece)
		}
		out[i] = slices.Concat([]byte{first}, extended, piece)
	}
	return out
}

// vp8Extension returns the optional part of the descriptor.
func (s *Stream) vp8Extension(f layerFrame) []byte {
	layer := f.temporal << 6
	if s.layers.mode.name == "" && f.temporal > 0 || s.layers.mode.name != "" && (f.key || f.sync) {
		layer |= 0x20 // Y
	}
	return []byte{0xe0, 0x80 | byte(s.pictureID>>8), byte(s.pictureID), s.tl0PicIdx, layer} // I, L, T
}

// vp8FrameTag makes the beginning of a frame what a decoder would believe.
func (s *Stream) vp8FrameTag(f layerFrame, piece []byte) {
	piece[0] = piece[0]&^0x01 | 0x01
	if !f.key {
		return
	}
	piece[0] &^= 0x01
	copy(piece[3:], []byte{0x9d, 0x01, 0x2a})
	binary.LittleEndian.PutUint16(piece[6:], s.cfg.Width)
	binary.LittleEndian.PutUint16(piece[8:], s.cfg.Height)
}
