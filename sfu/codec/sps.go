package codec

// size is a picture's width and height in pixels, both zero while unknown.
type size struct{ width, height uint16 }

// sizeOf returns the size, or none where a side is zero or beyond 16 bits.
func sizeOf(width, height uint64) size {
	const most = 1<<16 - 1
	if width == 0 || height == 0 || width > most || height > most {
		return size{}
	}
	return size{uint16(width), uint16(height)}
}

// spsSize reads a sequence parameter set (H.264 section 7.3.2.1.1), without its
// NAL unit header, up to the picture size. Of one that is malformed, or cut off
// by the end of a fragment before that, it returns no size.
func spsSize(b []byte) size {
	r := bitReader{rest: b, escaped: true}
	profile := r.bits(8)
	r.bits(16)    // constraint flags, level
	r.expGolomb() // seq_parameter_set_id
	chroma := uint32(1)
	separatePlanes := false
	if hasChromaFormat(profile) {
		if chroma = r.expGolomb(); chroma == 3 {
			separatePlanes = r.flag()
		}
		r.expGolomb() // bit_depth_luma_minus8
		r.expGolomb() // bit_depth_chroma_minus8
		r.flag()      // qpprime_y_zero_transform_bypass_flag
		r.skipScalingMatrix(chroma)
	}
	r.expGolomb() // log2_max_frame_num_minus4
	r.skipPictureOrder()
	r.expGolomb() // max_num_ref_frames
	r.flag()      // gaps_in_frame_num_value_allowed_flag
	if separatePlanes {
		chroma = 0 // ChromaArrayType, which is what cropping goes by
	}
	return r.croppedSize(chroma)
}

// hasChromaFormat reports whether the parameter set of a profile has the fields
// of the high profiles.
func hasChromaFormat(profile uint32) bool {
	switch profile {
	case 100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135:
		return true
	default:
		return false
	}
}

// skipScalingMatrix passes over the scaling lists of section 7.3.2.1.1.1: six of
// 16 numbers, and two or, with full chroma, six of 64.
func (r *bitReader) skipScalingMatrix(chroma uint32) {
	if !r.flag() {
		return
	}
	lists := 8
	if chroma == 3 {
		lists = 12
	}
	for i := range lists {
		if !r.flag() {
			continue
		}
		numbers := 16
		if i >= 6 {
			numbers = 64
		}
		r.skipScalingList(numbers)
	}
}

// skipScalingList reads differences to the previous number until the list ends
// or a number becomes zero, from where the rest is not sent.
func (r *bitReader) skipScalingList(numbers int) {
	scale := int32(8)
	for range numbers {
		scale = (scale + r.signedExpGolomb()) & 0xff
		if scale == 0 || r.failed {
			return
		}
	}
}

// skipPictureOrder passes over pic_order_cnt_type and what follows from it.
func (r *bitReader) skipPictureOrder() {
	switch r.expGolomb() {
	case 0:
		r.expGolomb() // log2_max_pic_order_cnt_lsb_minus4
	case 1:
		r.flag()      // delta_pic_order_always_zero_flag
		r.expGolomb() // offset_for_non_ref_pic
		r.expGolomb() // offset_for_top_to_bottom_field
		for n := r.expGolomb(); n > 0 && !r.failed; n-- {
			r.expGolomb() // offset_for_ref_frame
		}
	}
}

// croppedSize reads the size in macroblocks of 16 by 16 pixels and takes off
// what is cropped, which is counted in pixels of the chroma planes (section
// 7.4.2.1.1).
func (r *bitReader) croppedSize(chroma uint32) size {
	width := 16 * (uint64(r.expGolomb()) + 1)
	height := 16 * (uint64(r.expGolomb()) + 1)
	fields := uint64(1)
	if !r.flag() { // frame_mbs_only_flag
		fields = 2 // a map unit is a macroblock of each field
		r.flag()   // mb_adaptive_frame_field_flag
	}
	height *= fields
	r.flag() // direct_8x8_inference_flag
	if r.flag() {
		unitX, unitY := uint64(1), fields
		if chroma == 1 || chroma == 2 {
			unitX = 2
		}
		if chroma == 1 {
			unitY *= 2
		}
		x := unitX * (uint64(r.expGolomb()) + uint64(r.expGolomb()))
		y := unitY * (uint64(r.expGolomb()) + uint64(r.expGolomb()))
		if x >= width || y >= height {
			return size{}
		}
		width, height = width-x, height-y
	}
	if r.failed {
		return size{}
	}
	return sizeOf(width, height)
}
