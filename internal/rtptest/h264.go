package rtptest

import "encoding/binary"

// h264Payloads: a keyframe begins with an aggregate of its parameter sets; a
// slice is a packet of its own or fragmented (RFC 6184).
func (s *Stream) h264Payloads(f layerFrame, pieces [][]byte) [][]byte {
	reference := byte(0x60) // nal_ref_idc
	if f.droppable {
		reference = 0
	}
	kind := byte(1)
	var out [][]byte
	if f.key {
		kind = 5
		out = append(out, h264ParameterSets(s.size()))
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

// h264ParameterSets returns an aggregate whose last unit has room for a stamp.
func h264ParameterSets(size Size) []byte {
	const reference = 0x60
	sps := append([]byte{reference | 7}, h264SPS(size)...)
	pps := []byte{reference | 8, 0xce, 0x3c, 0x80}
	b := []byte{reference | 24}
	b = append(binary.BigEndian.AppendUint16(b, uint16(len(sps))), sps...)
	return append(binary.BigEndian.AppendUint16(b, uint16(len(pps)+stampSize)), pps...)
}

// h264SPS returns a sequence parameter set of constrained baseline profile
// (H.264 section 7.3.2.1.1), without the octet of its type.
func h264SPS(size Size) []byte {
	const (
		profile, constraints, level = 66, 0xc0, 31
		macroblock                  = 16 // pixels each way
	)
	across := (uint64(size.Width) + macroblock - 1) / macroblock
	down := (uint64(size.Height) + macroblock - 1) / macroblock
	w := &bitWriter{b: []byte{profile, constraints, level}}
	w.golomb(0) // seq_parameter_set_id
	w.golomb(0) // log2_max_frame_num_minus4
	w.golomb(2) // pic_order_cnt_type: output in decoding order
	w.golomb(1) // max_num_ref_frames
	w.flag(false)
	w.golomb(across - 1)
	w.golomb(down - 1)
	w.flag(true) // frame_mbs_only_flag
	w.flag(true) // direct_8x8_inference_flag
	right, bottom := across*macroblock-uint64(size.Width), down*macroblock-uint64(size.Height)
	w.flag(right+bottom > 0)
	if right+bottom > 0 {
		w.golomb(0)
		w.golomb(right / 2) // in pairs of pixels
		w.golomb(0)
		w.golomb(bottom / 2)
	}
	w.flag(false) // vui_parameters_present_flag
	return h264Escape(w.trailing())
}

// h264Escape keeps start codes out of a unit: two zeros and an octet up to three
// get a three in between (section 7.4.1.1).
func h264Escape(b []byte) []byte {
	var out []byte
	zeros := 0
	for _, octet := range b {
		if zeros >= 2 && octet <= 3 {
			out, zeros = append(out, 3), 0
		}
		out = append(out, octet)
		if zeros++; octet != 0 {
			zeros = 0
		}
	}
	return out
}
