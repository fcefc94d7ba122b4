package codec

import "github.com/atrium-rtc/atrium/sfu/packet"

// reliance is whether the upper spatial layers refer to those below (D in the
// descriptor), as far as seen since the last keyframe.
type reliance uint8

const (
	relianceUnknown reliance = iota
	relianceNone
	relianceSeen // once is enough: a frame without it may be an exception
)

func (r *reliance) note(interLayer bool) {
	switch {
	case interLayer:
		*r = relianceSeen
	case *r == relianceUnknown:
		*r = relianceNone
	}
}

// vp9Stream is what a VP9 stream has shown of its layers. Who refers to a frame is
// told by Z, or has to be learned from D in the pictures before: whether a
// sender knows of Z shows once it sets it, if only for its top layer.
//
//	       key pictures  inter pictures
//	L3T3       D=1            D=1        lower layers are needed by the upper ones
//	L3T3_KEY   D=1            D=0        only in key pictures
//	S3T3       D=0            D=0        never
type vp9Stream struct {
	announced uint8 // spatial layers in the last scalability structure, or 0
	highest   uint8 // spatial layer seen since then, or since the last keyframe
	key       reliance
	inter     reliance
	marks     bool // Z was set
}

// note takes what a packet says. unreferenced is its Z: upper layers do not refer
// to the frame.
func (v *vp9Stream) note(f *Frame, structure *vp9Scalability, unreferenced bool) {
	if f.Keyframe {
		*v = vp9Stream{marks: v.marks}
	}
	if structure.layers != 0 {
		v.announced, v.highest = structure.layers, 0
	}
	v.highest = max(v.highest, f.SpatialLayer)
	v.marks = v.marks || unreferenced
	if f.SpatialLayer > 0 {
		v.relianceIn(f).note(f.InterLayer)
	}
}

// relianceIn returns what is known of pictures such as the frame's.
func (v *vp9Stream) relianceIn(f *Frame) *reliance {
	if f.InterPicture {
		return &v.inter
	}
	return &v.key
}

// top returns the highest spatial layer.
func (v *vp9Stream) top() uint8 {
	if v.announced == 0 {
		return v.highest
	}
	return max(v.highest, v.announced-1)
}

// needed returns the targets of the frame's spatial layer from its temporal
// layer up, with those of the layers above if they refer to it. Rows above the
// top one are given what the top one is.
func (v *vp9Stream) needed(f *Frame, unreferenced bool) packet.Targets {
	if !v.marks {
		unreferenced = *v.relianceIn(f) == relianceNone
	}
	if unreferenced && f.SpatialLayer < v.top() {
		return packet.TargetsFrom(f.SpatialLayer, f.TemporalLayer)
	}
	return targetsAbove(f.SpatialLayer, f.TemporalLayer)
}

// switches returns the targets that can be entered with the frame (RFC 9628
// section 4.2): without inter-picture prediction those of its spatial layer,
// from the layer below; at a switching up point (U) those of its spatial layer
// with more temporal layers.
func (v *vp9Stream) switches(f *Frame) packet.Targets {
	var set packet.Targets
	switch {
	case !f.Start:
		return packet.NoTargets
	case f.Keyframe:
		return packet.AllTargets
	case !f.InterPicture:
		set = targetsAbove(f.SpatialLayer, 0)
	case f.SwitchUp && f.TemporalLayer < packet.MaxTemporal:
		set = targetsAbove(f.SpatialLayer, f.TemporalLayer+1)
	}
	if f.SpatialLayer != v.top() {
		set &= packet.TargetsFrom(f.SpatialLayer, 0)
	}
	return set
}

// targetsAbove returns the targets of a spatial layer and all above it, from a
// temporal layer up.
func targetsAbove(spatial, temporal uint8) packet.Targets {
	var set packet.Targets
	for s := min(spatial, packet.MaxSpatial); s <= packet.MaxSpatial; s++ {
		set |= packet.TargetsFrom(s, temporal)
	}
	return set
}
