package rtptest

import "math/bits"

// The OBU headers: the type, and whether a layer follows.
const (
	av1SequenceHeader = 1 << 3
	av1Frame          = 6 << 3
	av1Extension      = 1 << 2
)

// av1Payloads: one frame OBU over all packets, behind a sequence header where a
// decoder may begin (RTP payload format for AV1, section 4).
func (s *Stream) av1Payloads(f layerFrame, pieces [][]byte) [][]byte {
	out := make([][]byte, len(pieces))
	for i, piece := range pieces {
		aggregation := byte(0x10) // one element
		if i > 0 {
			aggregation |= 0x80 // Z
		}
		if i < len(pieces)-1 {
			aggregation |= 0x40 // Y
		}
		b := []byte{aggregation}
		if i == 0 && f.independent() {
			b[0] += 0x10 + 0x08 // two elements, N
			header := s.av1SequenceHeader()
			b = append(append(b, byte(len(header))), header...)
		}
		if i == 0 {
			b = s.av1FrameHeader(b, f)
		}
		out[i] = append(b, piece...)
	}
	return out
}

// av1FrameHeader begins an OBU: its type, and in a mode with layers which one it
// is of (AV1 section 5.3).
func (s *Stream) av1FrameHeader(b []byte, f layerFrame) []byte {
	if s.layers.mode.spatial*s.layers.mode.temporal == 1 {
		return append(b, av1Frame)
	}
	return append(b, av1Frame|av1Extension, f.temporal<<5|f.spatial<<3)
}

// av1SequenceHeader returns the OBU of main profile (AV1 section 5.5) with the
// size of the largest layer and an operating point for each layer.
func (s *Stream) av1SequenceHeader() []byte {
	w := &bitWriter{b: []byte{av1SequenceHeader}}
	w.bits(3, 0) // seq_profile
	w.bits(2, 0) // still_picture, reduced_still_picture_header
	w.bits(2, 0) // timing_info_present_flag, initial_display_delay_present_flag
	points := s.layers.mode.operatingPoints()
	w.bits(5, uint64(len(points)-1))
	for _, layers := range points {
		w.bits(12, uint64(layers))
		w.bits(5, 5) // seq_level_idx: 3.1
	}
	width, height := uint64(s.cfg.Width-1), uint64(s.cfg.Height-1)
	across, down := max(bits.Len64(width), 1), max(bits.Len64(height), 1)
	w.bits(4, uint64(across-1))
	w.bits(4, uint64(down-1))
	w.bits(across, width) // max_frame_width_minus_1
	w.bits(down, height)
	w.bits(1, 0)    // frame_id_numbers_present_flag
	w.bits(3, 0)    // superblocks of 128 pixels, filters within frames
	w.bits(5, 0)    // compound and warped prediction, order hints
	w.bits(2, 0b11) // screen content tools and integer vectors: each frame says
	w.bits(3, 0)    // super-resolution and filters behind the loop
	w.bits(4, 0)    // 8 bits, in colour, of no description, studio range
	w.bits(2, 0)    // chroma_sample_position
	w.bits(2, 0)    // separate_uv_delta_q, film_grain_params_present
	return w.trailing()
}

// operatingPoints returns which layers each point has, the best point first: a
// bit for each spatial layer above one for each temporal layer. Zero is a stream
// without layers.
func (m mode) operatingPoints() []uint16 {
	if m.spatial*m.temporal == 1 {
		return []uint16{0}
	}
	var points []uint16
	for s := m.spatial; s > 0; s-- {
		layers := uint16(1)<<s - 1
		if m.leaning == nowhere {
			layers = 1 << (s - 1)
		}
		for t := m.temporal; t > 0; t-- {
			points = append(points, layers<<8|(1<<t-1))
		}
	}
	return points
}
