package codec

import "github.com/atrium-rtc/atrium/sfu/packet"

// Inspector reads the packets of one encoding and remembers what its stream says
// once for many of them: picture sizes, template structures, which layers refer
// to which. It is owned by one goroutine; an encoding that begins anew takes a
// new one.
type Inspector struct {
	codec Codec
	sizes [maxVP9Spatial]size // of the spatial layers

	temporal uint8 // VP8: the highest layer since the last keyframe
	vp9      vp9Stream
	av1      av1Layers

	descriptors *DescriptorReader // from the first descriptor on
	picture     picture
}

// av1Layers are those of the last packet in which an OBU began.
type av1Layers struct{ spatial, temporal uint8 }

// NewInspector returns the Inspector of an encoding of which no packet was seen.
func NewInspector(c Codec) *Inspector { return &Inspector{codec: c} }

// Inspect reads one packet: its payload, without padding, and its dependency
// descriptor extension, nil where it has none. A descriptor has the say over the
// payload of AV1 and H.264; VP8 and VP9 say everything in their payload.
//
// The error is ErrEmpty, ErrTruncated, ErrUnknown, ErrDescriptor or ErrTemplate.
// The Frame is then zero, and nothing is remembered of the packet.
func (i *Inspector) Inspect(payload, descriptor []byte) (Frame, error) {
	if len(payload) == 0 {
		return Frame{}, ErrEmpty
	}
	switch i.codec {
	case VP8:
		return i.inspectVP8(payload)
	case VP9:
		return i.inspectVP9(payload)
	case H264, AV1:
		if descriptor != nil {
			return i.inspectDescribed(payload, descriptor)
		}
		if i.codec == AV1 {
			return i.inspectAV1(payload)
		}
	}
	return i.inspectUnlayered(payload)
}

// inspectUnlayered reads codecs whose payload knows of no layers: every receiver
// needs every packet.
func (i *Inspector) inspectUnlayered(payload []byte) (Frame, error) {
	f, err := Inspect(i.codec, payload)
	if err != nil {
		return Frame{}, err
	}
	i.rememberSize(&f)
	f.Needed = packet.AllTargets
	if f.Keyframe {
		f.Switch = packet.AllTargets
	}
	return f, nil
}

// inspectVP8 reads a packet of temporal layers, in which upper layers refer to
// lower ones. Y says that the frame refers to the base layer only (RFC 7741
// section 4.2), which makes it the beginning of its own layer. It says nothing
// reliable of the layers above, unless there are none.
func (i *Inspector) inspectVP8(payload []byte) (Frame, error) {
	f, err := inspectVP8(payload)
	if err != nil {
		return Frame{}, err
	}
	i.rememberSize(&f)
	if f.Keyframe {
		i.temporal = 0
	}
	i.temporal = max(i.temporal, f.TemporalLayer)
	f.Needed = targetsAbove(0, f.TemporalLayer)
	switch {
	case f.Keyframe:
		f.Switch = packet.AllTargets
	case f.Start && f.SwitchUp && f.TemporalLayer > 0:
		f.Switch = f.Needed
		if f.TemporalLayer < i.temporal {
			f.Switch &^= targetsAbove(0, f.TemporalLayer+1)
		}
	}
	return f, nil
}

func (i *Inspector) inspectVP9(payload []byte) (Frame, error) {
	var structure vp9Scalability
	f, err := readVP9(payload, &structure)
	if err != nil {
		return Frame{}, err
	}
	if structure.sized {
		i.sizes = structure.sizes
	}
	f.Width, f.Height = i.sizeOf(f.SpatialLayer)
	i.vp9.note(&f, &structure)
	f.Needed, f.Switch = i.vp9.needed(&f), i.vp9.switches(&f)
	return f, nil
}

// inspectAV1 reads a packet without descriptor. The layers are known from the
// last packet that began an OBU; of what refers to them only that upper layers
// may.
func (i *Inspector) inspectAV1(payload []byte) (Frame, error) {
	p, err := readAV1(payload)
	if err != nil {
		return Frame{}, err
	}
	f := p.frame
	if p.begins {
		i.av1 = av1Layers{f.SpatialLayer, f.TemporalLayer}
	}
	f.SpatialLayer, f.TemporalLayer = i.av1.spatial, i.av1.temporal
	i.rememberSequence(p.sequence)
	f.Width, f.Height = i.sizeOf(f.SpatialLayer)
	f.Needed = targetsAbove(f.SpatialLayer, f.TemporalLayer)
	if f.Keyframe {
		f.Switch = packet.AllTargets
	}
	return f, nil
}

// inspectDescribed reads a packet by its descriptor. The payload, which may be
// encrypted, is only asked for a picture size that the descriptor leaves out.
func (i *Inspector) inspectDescribed(payload, descriptor []byte) (Frame, error) {
	if i.descriptors == nil {
		i.descriptors = new(DescriptorReader)
	}
	d, err := i.descriptors.Read(descriptor)
	if err != nil {
		return Frame{}, err
	}
	f := Frame{
		Keyframe: d.Keyframe(), Start: d.Start, End: d.End,
		SpatialLayer: d.SpatialLayer, TemporalLayer: d.TemporalLayer,
		HasPictureID: true, PictureID: d.FrameNumber, PictureIDBits: 16,
		Width: d.Width, Height: d.Height,
	}
	if f.Width == 0 {
		i.sizeFromPayload(payload)
		f.Width, f.Height = i.sizeOf(f.SpatialLayer)
	}
	targets := &i.descriptors.structure.cells
	f.Needed = targets.needed(&d)
	earlier := i.picture.earlier(&d)
	switch {
	case f.Keyframe:
		f.Switch = packet.AllTargets
	case f.Start:
		f.Switch = targets.switches(&d, d.refersWithin(earlier))
	}
	return f, nil
}

// sizeFromPayload looks for a parameter set or sequence header.
func (i *Inspector) sizeFromPayload(payload []byte) {
	if i.codec == AV1 {
		if p, err := readAV1(payload); err == nil {
			i.rememberSequence(p.sequence)
		}
		return
	}
	if f, err := inspectH264(payload); err == nil {
		i.rememberSize(&f)
	}
}

// rememberSize notes the size of the only spatial layer if the packet tells it,
// and puts it on the frame if not.
func (i *Inspector) rememberSize(f *Frame) {
	if f.Width != 0 {
		i.sizes[0] = size{f.Width, f.Height}
	}
	f.Width, f.Height = i.sizeOf(0)
}

// rememberSequence notes the size of the top spatial layer, which is the only
// one that a sequence header tells.
func (i *Inspector) rememberSequence(s av1Sequence) {
	if s.spatialLayers != 0 {
		i.sizes = [maxVP9Spatial]size{}
		i.sizes[s.spatialLayers-1] = s.size
	}
}

func (i *Inspector) sizeOf(spatial uint8) (width, height uint16) {
	s := i.sizes[spatial]
	return s.width, s.height
}
