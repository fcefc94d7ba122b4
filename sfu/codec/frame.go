package codec

import "github.com/atrium-rtc/atrium/sfu/packet"

// Frame is what one packet says about the frame it is part of. A field that the
// codec or the packet does not tell is zero.
type Frame struct {
	// Keyframe: the packet begins a picture that needs no other one, on the
	// lowest spatial layer. Later packets of the same keyframe do not have it.
	Keyframe bool
	// Start: the packet begins a frame, or for VP9 and AV1 a layer of a frame.
	// H.264 with parameter sets in packets of their own may have several.
	Start bool
	// End: the packet ends a frame of its layer (VP9 and dependency descriptors;
	// others use the RTP marker).
	End bool

	SpatialLayer  uint8 // 0 is the smallest picture
	TemporalLayer uint8 // 0 is the lowest frame rate

	// SwitchUp: from this frame on, frames of this temporal layer refer to no
	// older frame of it: a subscriber may be moved up here (Y in VP8, U in VP9).
	SwitchUp bool
	// InterPicture: the frame refers to earlier pictures (VP9's P).
	InterPicture bool
	// InterLayer: the frame refers to the spatial layer below (VP9's D).
	InterLayer bool

	HasPictureID bool
	HasTL0PICIDX bool
	TL0PICIDX    uint8 // running count of frames of temporal layer 0
	// PictureID is the picture id of VP8 and VP9, and the frame number of a
	// dependency descriptor.
	PictureID uint16
	// PictureIDBits is 7, 15 or 16, the width in which the sender counts.
	PictureIDBits uint8

	// Width and Height are a picture size in pixels, both zero while unknown. From
	// Inspect it is that of the largest layer, on packets that tell it. From an
	// Inspector it is that of the packet's own spatial layer, on every packet.
	Width, Height uint16

	// Needed are the decode targets that are incomplete without the packet.
	// Inspect leaves it and Switch empty: they take an Inspector, which knows the
	// stream.
	Needed packet.Targets
	// Switch are the decode targets that a receiver can be moved up to, beginning
	// with this frame, and goes with Start. A target (s, t) in it may be
	// entered by a receiver to whom every frame of (s, t-1) was sent, and for
	// t = 0 every frame of (s-1, 0) of this picture. A keyframe's base layer has
	// all targets.
	Switch packet.Targets
}

// Inspect reads the payload of one RTP packet, without its padding. The error is
// ErrEmpty, ErrTruncated or ErrUnknown; the Frame is then zero.
func Inspect(c Codec, payload []byte) (Frame, error) {
	if len(payload) == 0 {
		return Frame{}, ErrEmpty
	}
	switch c {
	case Opus:
		return inspectOpus(payload)
	case VP8:
		return inspectVP8(payload)
	case VP9:
		return inspectVP9(payload)
	case H264:
		return inspectH264(payload)
	case AV1:
		return inspectAV1(payload)
	default:
		return Frame{}, ErrUnknown
	}
}
