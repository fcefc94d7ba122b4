package codec

// The limits of a template structure (AV1 RTP appendix A and the widths of
// its fields).
const (
	maxTemplates          = 64
	maxTargets            = 32
	maxDescriptorSpatial  = 3
	maxDescriptorTemporal = 7
)

// Indication is what a frame is to a decode target (AV1 RTP appendix A, DTI).
type Indication uint8

// The indications, with the numbers they are sent as.
const (
	NotPresent  Indication = iota // the target does without the frame
	Discardable                   // no other frame of the target refers to it
	Switch                        // with it, all later frames of the target can be decoded
	Required                      // none of these
)

// indications are those of up to 32 decode targets, two bits each.
type indications uint64

func (i indications) of(target uint8) Indication { return Indication(i >> (2 * target) & 0x03) }

func readIndications(in *bitReader, targets uint8) indications {
	var all indications
	for i := range targets {
		all |= indications(in.bits(2)) << (2 * i)
	}
	return all
}

// template is what many frames have in common.
type template struct {
	spatial, temporal uint8
	diffCount         uint8
	diffs             [maxDiffs]uint8
	chains            [maxTargets]uint8
	indications       indications
}

// structure is a template_dependency_structure() of AV1 RTP appendix A. The
// zero value is that of a stream whose structure was not seen.
type structure struct {
	offset    uint8 // identifier of the first template
	count     uint8 // templates, 0 to 64
	targets   uint8 // decode targets, 1 to 32
	chains    uint8 // 0 to 32
	active    uint32
	cells     cells
	sizes     [maxDescriptorSpatial + 1]size
	templates [maxTemplates]template
}

// read fills an empty structure, and reports whether all of it was there.
func (s *structure) read(in *bitReader) bool {
	s.offset = in.small(6)
	s.targets = in.small(5) + 1
	s.active = 1<<s.targets - 1
	if !s.readLayers(in) {
		return false
	}
	templates := s.templates[:s.count]
	for i := range templates {
		templates[i].indications = readIndications(in, s.targets)
	}
	for i := range templates {
		if !templates[i].readDiffs(in) {
			return false
		}
	}
	s.readChains(in)
	if in.flag() {
		for i := range s.sizes[:templates[s.count-1].spatial+1] {
			width, height := uint64(in.bits(16))+1, uint64(in.bits(16))+1
			s.sizes[i] = sizeOf(width, height)
		}
	}
	s.mapTargets()
	return !in.failed
}

// readLayers reads how each template's layers follow from those of the one
// before.
func (s *structure) readLayers(in *bitReader) bool {
	const same, nextTemporal, nextSpatial = 0, 1, 2
	var spatial, temporal uint8
	for s.count < maxTemplates {
		t := &s.templates[s.count]
		t.spatial, t.temporal = spatial, temporal
		s.count++
		switch in.bits(2) {
		case same:
		case nextTemporal:
			temporal++
		case nextSpatial:
			temporal = 0
			spatial++
		default:
			return true
		}
		if spatial > maxDescriptorSpatial || temporal > maxDescriptorTemporal {
			return false
		}
	}
	return false
}

// readDiffs reads differences of frame numbers, each after a bit that says that
// it follows.
func (t *template) readDiffs(in *bitReader) bool {
	for in.flag() {
		if t.diffCount == maxDiffs {
			return false
		}
		t.diffs[t.diffCount] = in.small(4) + 1
		t.diffCount++
	}
	return true
}

// readChains reads the chains. Which of them protects which target is of no use
// to a server that is told of every loss by a gap in sequence numbers.
func (s *structure) readChains(in *bitReader) {
	s.chains = uint8(in.nonSymmetric(uint32(s.targets) + 1)) //nolint:gosec // up to 32
	if s.chains == 0 {
		return
	}
	for range s.targets {
		in.nonSymmetric(uint32(s.chains))
	}
	for i := range s.templates[:s.count] {
		for j := range s.chains {
			s.templates[i].chains[j] = in.small(4)
		}
	}
}
