package codec

import "encoding/binary"

// maxDiffs is how many frames a frame may refer to: H.264 allows 16, AV1 7.
const maxDiffs = 16

// Descriptor is what the dependency descriptor of one packet says about the
// frame that the packet is part of.
type Descriptor struct {
	Start         bool   // the packet begins a frame
	End           bool   // the packet ends a frame
	Attached      bool   // the packet has the template structure with it
	Template      uint8  // identifier of the frame's template, 0 to 63
	FrameNumber   uint16 // counts the frames of all layers, in decoding order
	SpatialLayer  uint8  // 0 to 3
	TemporalLayer uint8  // 0 to 7
	Width, Height uint16 // of the frame's spatial layer, 0 where the structure does not tell

	// Targets is how many decode targets the stream has, 1 to 32. Bit i of Active
	// is set while the sender produces decode target i.
	Targets uint8
	Active  uint32

	indications indications
	diffs       [maxDiffs]uint16
	chains      [maxTargets]uint8
	diffCount   uint8
	chainCount  uint8
}

// Indication returns what the frame is to a decode target.
func (d *Descriptor) Indication(target uint8) Indication { return d.indications.of(target) }

// Diffs returns how far back, in frame numbers, the frames are that the frame
// refers to. The result is part of the descriptor.
func (d *Descriptor) Diffs() []uint16 { return d.diffs[:d.diffCount] }

// Chains returns for each chain how far back its last frame is, 0 for a frame
// that begins it. The result is part of the descriptor.
func (d *Descriptor) Chains() []uint8 { return d.chains[:d.chainCount] }

// Keyframe reports whether the packet begins a frame of the lowest spatial layer
// that refers to no other.
func (d *Descriptor) Keyframe() bool { return d.Start && d.SpatialLayer == 0 && d.diffCount == 0 }

// refersWithin reports whether all frames that the frame refers to are among so
// many in front of it.
func (d *Descriptor) refersWithin(frames uint16) bool {
	for _, diff := range d.Diffs() {
		if diff > frames {
			return false
		}
	}
	return true
}

// DescriptorReader reads the dependency descriptors of one encoding (AV1 RTP
// appendix A). Most of them only name a template, so it keeps the structure
// that lists them, from the last packet that had it. The zero value is ready. It
// is owned by one goroutine.
type DescriptorReader struct{ structure structure }

// descriptorFields are the flags of extended_descriptor_fields().
type descriptorFields struct {
	structure, active                            bool
	customIndications, customDiffs, customChains bool
}

// Read reads the descriptor of one packet. The error is ErrDescriptor where it
// is malformed, and ErrTemplate where it names a template of a structure that
// was not seen; nothing is changed then.
//
//	|S|E| template  |  S: starts a frame, E: ends one
//	| frame number  |
//	| frame number  |
//	|T|A|I|D|C|        if longer: structure, active targets, custom indications,
//	                   diffs and chains follow
func (r *DescriptorReader) Read(b []byte) (Descriptor, error) {
	if len(b) < 3 {
		return Descriptor{}, ErrDescriptor
	}
	d := Descriptor{
		Start: b[0]&0x80 != 0, End: b[0]&0x40 != 0, Template: b[0] & 0x3f,
		FrameNumber: binary.BigEndian.Uint16(b[1:]),
	}
	in := bitReader{rest: b[3:]}
	var fields descriptorFields
	if len(b) > 3 {
		fields = descriptorFields{in.flag(), in.flag(), in.flag(), in.flag(), in.flag()}
	}
	var err error
	if fields.structure {
		err = r.attach(&in, &d, fields)
	} else {
		err = r.structure.frame(&in, &d, fields)
	}
	if err != nil {
		return Descriptor{}, err
	}
	r.structure.active = d.Active
	return d, nil
}

// attach reads a structure and the frame that brings it, and keeps it when all
// of them could be read.
func (r *DescriptorReader) attach(in *bitReader, d *Descriptor, fields descriptorFields) error {
	var next structure
	if !next.read(in) {
		return ErrDescriptor
	}
	if err := next.frame(in, d, fields); err != nil {
		return err
	}
	d.Attached = true
	r.structure = next
	return nil
}

// frame reads frame_dependency_definition(): what the template says, and in its
// place what the descriptor says itself.
func (s *structure) frame(in *bitReader, d *Descriptor, fields descriptorFields) error {
	d.Targets, d.Active, d.chainCount = s.targets, s.active, s.chains
	if fields.active {
		d.Active = in.bits(int(s.targets))
	}
	index := (d.Template - s.offset) & (maxTemplates - 1)
	if index >= s.count {
		return ErrTemplate
	}
	t := &s.templates[index]
	d.SpatialLayer, d.TemporalLayer = t.spatial, t.temporal
	picture := s.sizes[t.spatial]
	d.Width, d.Height = picture.width, picture.height
	if fields.customIndications {
		d.indications = readIndications(in, s.targets)
	} else {
		d.indications = t.indications
	}
	if fields.customDiffs {
		d.readDiffs(in)
	} else {
		d.diffCount = t.diffCount
		for i, diff := range t.diffs[:t.diffCount] {
			d.diffs[i] = uint16(diff)
		}
	}
	if fields.customChains {
		for i := range d.chains[:s.chains] {
			d.chains[i] = in.small(8)
		}
	} else {
		d.chains = t.chains
	}
	if in.failed {
		return ErrDescriptor
	}
	return nil
}

// readDiffs reads numbers of 4, 8 or 12 bits, each after its size, until a size
// of none.
func (d *Descriptor) readDiffs(in *bitReader) {
	for {
		octets := in.bits(2)
		if octets == 0 {
			return
		}
		diff := uint16(in.bits(int(4*octets))) + 1
		if d.diffCount == maxDiffs {
			in.failed = true
			return
		}
		d.diffs[d.diffCount] = diff
		d.diffCount++
	}
}

// FrameNumber reads the frame number of a descriptor, which takes no structure.
func FrameNumber(descriptor []byte) (n uint16, ok bool) {
	if len(descriptor) < 3 {
		return 0, false
	}
	return binary.BigEndian.Uint16(descriptor[1:]), true
}

// SetFrameNumber writes a frame number into a descriptor, in place. One that is
// truncated is left as it is.
func SetFrameNumber(descriptor []byte, n uint16) {
	if len(descriptor) >= 3 {
		binary.BigEndian.PutUint16(descriptor[1:], n)
	}
}
