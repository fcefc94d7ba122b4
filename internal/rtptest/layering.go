package rtptest

// layerFrame is what one spatial layer has of a picture.
type layerFrame struct {
	spatial, temporal uint8
	number            uint32 // counts layer frames
	key               bool   // of a key picture
	leans             bool   // refers to the layer below
	sync              bool   // of an upper temporal layer, and refers to the base only
	droppable         bool   // nothing refers to it

	// refs are the distances to the frames it refers to, in frame numbers: the
	// earlier picture first, then the layer below. pictureDiff is the first in
	// pictures.
	refs        []int
	pictureDiff int

	targets string // decode target indications, as in a Template
	chains  []int  // distances to the frames before in the chains
}

// independent reports whether the frame needs no other one.
func (f layerFrame) independent() bool { return f.key && len(f.refs) == 0 }

// layering makes the layer frames of a mode with the references that libvpx and
// libwebrtc give them. A frame refers to the last one of its spatial layer that
// is of a lower temporal layer, or of the base for the base, and to the layer
// below in the same picture where the mode says so.
//
//	L1T3  T2     ┌─□     ┌─□
//	      T1     │   ┌─□─┘         the second T2 refers to T1
//	      T0   □─┴───┴───────□
type layering struct {
	mode     mode
	number   uint32 // of the next layer frame
	pictures uint32 // made so far
	position int    // of the next picture behind its keyframe
	last     [maxSpatial][8]place
	chain    [maxSpatial]place
}

// place is where a frame was; seen tells it from none.
type place struct {
	number, picture uint32
	seen            bool
}

// next returns the layer frames of the next picture, the smallest first. The
// temporal layer is the mode's, and the given one without a mode.
func (l *layering) next(key bool, temporal uint8) []layerFrame {
	if key {
		l.position = 0
		clear(l.last[:])
	}
	if l.mode.name != "" {
		group := l.mode.group()
		temporal = group[l.position%len(group)]
	}
	frames := make([]layerFrame, l.mode.spatial)
	for s := range frames {
		frames[s] = l.layer(uint8(s), temporal, key)
	}
	l.position++
	l.pictures++
	return frames
}

// layer makes one frame and remembers it.
func (l *layering) layer(spatial, temporal uint8, key bool) layerFrame {
	f := layerFrame{
		spatial: spatial, temporal: temporal, number: l.number, key: key,
		droppable: temporal > 0 && int(temporal) == l.mode.temporal-1,
	}
	if from := l.reference(spatial, temporal); from.seen {
		f.refs = append(f.refs, int(l.number-from.number))
		f.pictureDiff = int(l.pictures - from.picture)
		f.sync = temporal > 0 && from == l.last[spatial][0]
	}
	if spatial > 0 && l.mode.leans(key) {
		f.leans = true
		f.refs = append(f.refs, 1)
	}
	f.targets = l.indications(f)
	f.chains = l.chains(f)
	l.last[spatial][temporal] = place{number: l.number, picture: l.pictures, seen: true}
	l.number++
	return f
}

// reference returns the earlier frame that one of these layers refers to.
func (l *layering) reference(spatial, temporal uint8) place {
	newest := l.last[spatial][0]
	if l.mode.name == "" {
		return newest
	}
	for _, p := range l.last[spatial][:temporal] {
		if p.seen && p.number-newest.number < 1<<31 {
			newest = p
		}
	}
	return newest
}

// indications tells what the frame is to each decode target, of which there is
// one for each spatial and temporal layer.
func (l *layering) indications(f layerFrame) string {
	var list []byte
	for s := range uint8(l.mode.spatial) {
		for t := range uint8(l.mode.temporal) {
			list = append(list, l.mode.indication(f, s, t))
		}
	}
	return string(list)
}

func (m mode) indication(f layerFrame, spatial, temporal uint8) byte {
	switch {
	case spatial < f.spatial, temporal < f.temporal, spatial > f.spatial && !m.leans(f.key):
		return NotPresent
	case spatial > f.spatial && !f.key:
		return Required
	case spatial == f.spatial && temporal == f.temporal && temporal > 0:
		return Discardable
	default:
		return Switch
	}
}

// chains returns how far back the frame before is in each chain, and appends
// the frame to those it is part of. There is one for each spatial layer: what of
// the base temporal layer it needs. A frame that needs no other begins them anew.
func (l *layering) chains(f layerFrame) []int {
	diffs := make([]int, l.mode.spatial)
	for c := range diffs {
		own := c == int(f.spatial)
		above := c > int(f.spatial) && l.mode.leans(f.key)
		part := f.temporal == 0 && (own || above)
		if before := l.chain[c]; before.seen && (!part || !f.independent()) {
			diffs[c] = int(f.number - before.number)
		}
		if part {
			l.chain[c] = place{number: f.number, seen: true}
		}
	}
	return diffs
}
