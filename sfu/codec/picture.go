package codec

// picture finds out which frames of the spatial layers make one picture, by
// their frame numbers: a picture has at most one frame of each layer, from below.
type picture struct {
	first   uint16 // frame number of the first frame
	last    uint16 // and of the latest
	spatial uint8  // spatial layer of the latest
	known   bool
}

// earlier takes the next packet's frame and returns how many frame numbers in
// front of it belong to its picture for certain.
func (p *picture) earlier(d *Descriptor) uint16 {
	// The difference of two 16-bit numbers, read as signed, is the shorter way
	// round.
	ahead := int16(d.FrameNumber - p.last) //nolint:gosec // wrapping is the point
	switch {
	case !p.known || d.Keyframe() || ahead > 0 && !p.continuedBy(d.SpatialLayer, ahead):
		*p = picture{first: d.FrameNumber, last: d.FrameNumber, spatial: d.SpatialLayer, known: true}
	case ahead > 0:
		p.last, p.spatial = d.FrameNumber, d.SpatialLayer
	case int16(d.FrameNumber-p.first) < 0: //nolint:gosec // wrapping is the point
		return 0 // a late frame of an earlier picture
	}
	return d.FrameNumber - p.first
}

// continuedBy reports whether a frame of a layer, some numbers after the latest,
// can be of the same picture. With frames missing in between it is not if there
// are more of them than layers between the two.
func (p *picture) continuedBy(spatial uint8, ahead int16) bool {
	return spatial > p.spatial && ahead <= int16(spatial-p.spatial)
}
