package codec

import "github.com/atrium-rtc/atrium/sfu/packet"

// Inspector reads the packets of one encoding and remembers what its stream says
// once for many of them: picture sizes, template structures, which layers refer
// to which. It is owned by one goroutine; an encoding that begins anew takes a
// new one.
type Inspector struct {
	codec Codec
	sizes [maxVP9Spatial]size // of the spatial layers

	temporal   uint8 // VP8: the highest layer since the last keyframe
	vp9        vp9Stream
	av1        av1Layers
	parameters bool // H.264: parameter sets come in the stream
	bare       bool // H.264: a picture came without

	descriptors *DescriptorReader // from the first descriptor on
	picture     picture
}

// av1Layers are those of the last packet in which an OBU began.
type av1Layers struct{ spatial, temporal uint8 }

// NewInspector returns the Inspector of an encoding of which no packet was seen.
func NewInspector(c Codec) *Inspector { return &Inspector{codec: c} }

// Inspect reads one packet: its payload, without padding, and its dependency
// descriptor extension, nil where it has none. The descriptor has the say where
// both tell something. Its frame number is taken as the picture id of a payload
// without one, which is what browsers send of VP8 together with descriptors.
//
// The error is ErrEmpty, ErrTruncated, ErrUnknown, ErrDescriptor or ErrTemplate;
// the Frame is then zero.
func (i *Inspector) Inspect(payload, descriptor []byte) (Frame, error) {
	if len(payload) == 0 {
		return Frame{}, ErrEmpty
	}
	f, err := i.inspectPayload(payload)
	if descriptor == nil || !i.codec.IsVideo() {
		return f, err
	}
	// The payload may be encrypted, or continue what only another packet explains:
	// the descriptor is all that it takes.
	if err = i.describe(&f, descriptor); err != nil {
		return Frame{}, err
	}
	return f, nil
}

func (i *Inspector) inspectPayload(payload []byte) (Frame, error) {
	switch i.codec {
	case VP8:
		return i.inspectVP8(payload)
	case VP9:
		return i.inspectVP9(payload)
	case AV1:
		return i.inspectAV1(payload)
	default:
		return i.inspectUnlayered(payload)
	}
}

// inspectUnlayered reads codecs whose payload knows of no layers: every receiver
// needs every packet.
func (i *Inspector) inspectUnlayered(payload []byte) (Frame, error) {
	f, err := Inspect(i.codec, payload)
	if err != nil {
		return Frame{}, err
	}
	i.needParameters(&f, payload)
	i.rememberSize(&f)
	f.Needed = packet.AllTargets
	if f.Keyframe {
		f.Switch = packet.AllTargets
	}
	return f, nil
}

// needParameters lets keyframes of H.264 begin with their parameter sets only:
// browsers put them into a packet of their own, in front, and a decoder that
// begins behind it knows a stream of another size, or none. A stream that has not
// shown any by its second keyframe is believed to have them from elsewhere.
func (i *Inspector) needParameters(f *Frame, payload []byte) {
	switch {
	case i.codec != H264 || !f.Keyframe:
	case hasSPS(payload):
		i.parameters = true
	case i.parameters || !i.bare:
		f.Keyframe, i.bare = false, true
	}
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
	unreferenced := payload[0]&vp9Unreferenced != 0
	i.vp9.note(&f, &structure, unreferenced)
	f.Needed, f.Switch = i.vp9.needed(&f, unreferenced), i.vp9.switches(&f)
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

// describe puts on the frame what the descriptor tells.
func (i *Inspector) describe(f *Frame, descriptor []byte) error {
	if i.descriptors == nil {
		i.descriptors = new(DescriptorReader)
	}
	d, err := i.descriptors.Read(descriptor)
	if err != nil {
		return err
	}
	f.Keyframe, f.Start, f.End = d.Keyframe(), d.Start, d.End
	f.SpatialLayer, f.TemporalLayer = d.SpatialLayer, d.TemporalLayer
	if !f.HasPictureID {
		f.HasPictureID, f.PictureID, f.PictureIDBits = true, d.FrameNumber, 16
	}
	if f.Width, f.Height = d.Width, d.Height; f.Width == 0 {
		f.Width, f.Height = i.sizeOf(d.SpatialLayer)
	}
	targets := &i.descriptors.structure.cells
	f.Needed, f.Switch = targets.needed(&d), packet.NoTargets
	earlier := i.picture.earlier(&d)
	switch {
	case f.Keyframe:
		f.Switch = packet.AllTargets
	case f.Start:
		f.Switch = targets.switches(&d, d.refersWithin(earlier))
	}
	return nil
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
