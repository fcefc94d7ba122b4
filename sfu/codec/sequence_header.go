package codec

import "math/bits"

// av1Sequence is what a sequence header says of the pictures that follow.
type av1Sequence struct {
	size          size  // of the largest spatial layer
	spatialLayers uint8 // 1 to 4, 0 where there was no sequence header
}

// readAV1Sequence reads a sequence header OBU (AV1 section 5.5.1), without its
// header, up to the picture size. Of one that is malformed it returns nothing.
func readAV1Sequence(b []byte) av1Sequence {
	r := bitReader{rest: b}
	r.bits(3) // seq_profile
	r.flag()  // still_picture
	layers := uint32(0)
	if r.flag() { // reduced_still_picture_header
		r.bits(5) // seq_level_idx
	} else {
		layers = r.operatingPoints()
	}
	widthBits := int(r.bits(4)) + 1
	heightBits := int(r.bits(4)) + 1
	width := uint64(r.bits(widthBits)) + 1
	height := uint64(r.bits(heightBits)) + 1
	if r.failed {
		return av1Sequence{}
	}
	return av1Sequence{
		size:          sizeOf(width, height),
		spatialLayers: max(1, uint8(bits.Len32(layers))),
	}
}

// operatingPoints reads timing, decoder model and the operating points, and
// returns the spatial layers that they have together: bit s stands for layer s.
func (r *bitReader) operatingPoints() (layers uint32) {
	decoderModel, delayBits := r.timingInfo()
	initialDelay := r.flag()
	points := int(r.bits(5)) + 1
	for range points {
		layers |= r.bits(12) >> 8 // of operating_point_idc; below are temporal layers
		if r.bits(5) > 7 {        // seq_level_idx
			r.flag() // seq_tier
		}
		if decoderModel && r.flag() {
			r.bits(delayBits) // decoder_buffer_delay
			r.bits(delayBits) // encoder_buffer_delay
			r.flag()          // low_delay_mode_flag
		}
		if initialDelay && r.flag() {
			r.bits(4) // initial_display_delay_minus_1
		}
	}
	return layers
}

// timingInfo reads what precedes the operating points (AV1 sections 5.5.3 and
// 5.5.4): whether they have a decoder model, and the width of its delays.
func (r *bitReader) timingInfo() (decoderModel bool, delayBits int) {
	if !r.flag() {
		return false, 0
	}
	r.bits(32)    // num_units_in_display_tick
	r.bits(32)    // time_scale
	if r.flag() { // equal_picture_interval
		r.expGolomb() // num_ticks_per_picture_minus_1
	}
	if !r.flag() {
		return false, 0
	}
	delayBits = int(r.bits(5)) + 1
	r.bits(32) // num_units_in_decoding_tick
	r.bits(10) // buffer_removal_time_length, frame_presentation_time_length
	return true, delayBits
}
