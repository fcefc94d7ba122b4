package rtptest

import "encoding/binary"

// vp9Payloads: the descriptor as libwebrtc writes it for libvpx (RFC 9628). In
// non-flexible mode references follow from the picture group of the scalability
// structure; in flexible mode each frame names its own.
func (s *Stream) vp9Payloads(f layerFrame, pieces [][]byte) [][]byte {
	flags := byte(0xa0) // I, L
	if !f.key {
		flags |= 0x40 // P
	}
	if s.cfg.Flexible {
		flags |= 0x10 // F
	}
	m := s.layers.mode
	if m.name != "" && (!m.leans(f.key) || int(f.spatial) == m.spatial-1) {
		flags |= 0x01 // Z: the layer above does not refer to it
	}
	out := make([][]byte, len(pieces))
	for i, piece := range pieces {
		first := flags
		if i == 0 {
			first |= 0x08 // B
		}
		if i == len(pieces)-1 {
			first |= 0x04 // E
		}
		structure := i == 0 && f.independent()
		if structure {
			first |= 0x02 // V
		}
		b := []byte{first, 0x80 | byte(s.pictureID>>8), byte(s.pictureID)}
		b = s.vp9Layers(b, f)
		if structure {
			b = s.vp9Structure(b)
		}
		out[i] = append(b, piece...)
	}
	return out
}

// vp9Layers adds the layer indices, and what tells references.
func (s *Stream) vp9Layers(b []byte, f layerFrame) []byte {
	layer := f.temporal<<5 | f.spatial<<1
	if f.temporal > 0 || s.layers.mode.name != "" {
		layer |= 0x10 // U: the frame refers to no other of its own upper layer
	}
	if f.leans {
		layer |= 0x01 // D
	}
	b = append(b, layer)
	switch {
	case !s.cfg.Flexible:
		b = append(b, s.tl0PicIdx)
	case !f.key:
		b = append(b, byte(max(f.pictureDiff, 1))<<1) // P_DIFF, and no other
	}
	return b
}

// vp9Structure adds the sizes of the spatial layers, and in non-flexible mode
// with layers the picture group.
func (s *Stream) vp9Structure(b []byte) []byte {
	m := s.layers.mode
	first := byte(m.spatial-1)<<5 | 0x10 // N_S, Y
	group := m.name != "" && !s.cfg.Flexible
	if group {
		first |= 0x08 // G
	}
	b = append(b, first)
	for _, size := range m.sizes(s.size()) {
		b = binary.BigEndian.AppendUint16(b, size.Width)
		b = binary.BigEndian.AppendUint16(b, size.Height)
	}
	if !group {
		return b
	}
	b = append(b, byte(len(m.group())))
	for i, temporal := range m.group() {
		b = append(b, temporal<<5|0x10|1<<2, byte(m.pictureDiff(i))) // U, one reference
	}
	return b
}
