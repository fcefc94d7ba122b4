package simulcast

import (
	"math/bits"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

const (
	// tooLate is longer than any packet is late: ten seconds in ticks of video's
	// clock.
	tooLate = 10 * 90_000
	// keptChanges of layers are remembered for late packets, newest first.
	keptChanges = 8
)

// Verdict says what becomes of one packet for one subscriber.
type Verdict uint8

// The verdicts.
const (
	Ignore  Verdict = iota // of another encoding, or from before the stream began
	Leave                  // of the encoding that goes out, but of a layer that does not: Rewriter.Leave
	Forward                // goes out
	Begin                  // goes out as the first packet of a new source: Rewriter.Switch or Resume
)

// Target is what a subscriber is to get: a rung of the ladder, and temporal
// layers up to one.
type Target struct {
	Rung
	Temporal uint8
	// Openers are encodings, as bits, with which the stream may begin while
	// nothing goes out and the wanted one has not come: better a small picture
	// now than the right one later.
	Openers uint8
}

// Selector chooses the packets of one track for one subscriber. What is wanted
// and what goes out differ until the stream allows the change:
//
//   - Another encoding takes over at its next keyframe. Until then the old one
//     keeps the picture alive.
//   - Inside an encoding the change is made at the first picture from which the
//     wanted layers can be decoded with what was sent before. To know that, the
//     Selector keeps the set of decode targets that are intact: those whose every
//     frame went out. Fewer temporal layers are always intact, more become so
//     where the stream marks it, and spatial layers at key pictures, or at once
//     where the lower ones went out anyway.
//
// It is owned by one goroutine.
type Selector struct {
	target    Target
	anyPacket bool // every packet can start the stream: audio
	paused    bool

	layer   Layer // what goes out, None while nothing does
	last    Layer // what did last
	epoch   uint8
	now     Target // its layers
	intact  packet.Targets
	began   uint32         // timestamp of the picture with which the encoding came in
	picture uint32         // of the newest one
	broken  packet.Targets // those of which a packet of that picture was left out
	changes [keptChanges]change
	mended  [16]uint32 // timestamp of the one that made a target intact last, by bit
}

// change is the decode target that goes out from a picture on.
type change struct {
	from uint32 // its timestamp
	bit  packet.Targets
}

const temporalLayers = packet.MaxTemporal + 1

// place is that of the target in a set.
func (c change) place() int { return bits.TrailingZeros16(uint16(c.bit)) }

// below returns all targets of the spatial layer and of those below.
func (c change) below() packet.Targets {
	return 1<<(c.place()/temporalLayers*temporalLayers+temporalLayers) - 1
}

// NewVideoSelector returns a Selector that starts and switches at keyframes, and
// takes the first one of any encoding until SetTarget says what is wanted.
func NewVideoSelector() *Selector {
	open := Target{Rung: Rung{Layer: None, Spatial: packet.MaxSpatial}, Temporal: packet.MaxTemporal}
	return &Selector{target: open, layer: None, last: None}
}

// NewAudioSelector returns a Selector for a track of one layer, index 0, whose
// packets all decode alone.
func NewAudioSelector() *Selector {
	return &Selector{anyPacket: true, layer: None, last: None}
}

// SetTarget changes what is wanted. Without a Layer that is open: any encoding
// will do, with its layers up to those of the target.
func (s *Selector) SetTarget(t Target) { s.target = t }

// Target returns what is wanted.
func (s *Selector) Target() Target { return s.target }

// Current returns what goes out now; its Layer is None while nothing does.
func (s *Selector) Current() Target {
	if s.layer == None {
		return Target{Rung: Rung{Layer: None}}
	}
	return s.now
}

// Pause stops forwarding: the subscriber's media is muted by the server.
func (s *Selector) Pause() {
	s.paused = true
	s.layer = None
}

// Interrupt lets what goes out begin anew: with the next packet of sound, with the
// next keyframe of video.
func (s *Selector) Interrupt() {
	if !s.paused {
		s.layer = None
	}
}

// Resume ends a Pause. Audio goes on with the next packet, video with the next
// keyframe, since the decoder missed what came in between.
func (s *Selector) Resume() { s.paused = false }

// Paused reports whether forwarding is paused.
func (s *Selector) Paused() bool { return s.paused }

// NeedsKeyframe returns the encoding whose keyframe is waited for, and false
// when there is none: the caller asks the publisher for it. It returns None and
// true when any encoding will do.
func (s *Selector) NeedsKeyframe() (Layer, bool) {
	switch {
	case s.paused || s.anyPacket:
		return None, false
	case s.target.Layer == None:
		return None, s.layer == None
	case s.layer != s.target.Layer:
		return s.target.Layer, true
	}
	// A larger picture, or a smaller one whose frames did not go out.
	return s.target.Layer, !s.intact.Has(packet.TargetOf(s.target.Spatial, 0))
}

// Concerns reports whether Admit may let the packet through. Unlike Admit it
// changes nothing, so that a packet may be kept until it is decided about.
func (s *Selector) Concerns(p *packet.Packet) bool {
	switch {
	case s.paused || p.Layer < 0:
		return false
	case p.Layer == s.layer || p.Layer == s.target.Layer || s.target.Layer == None:
		return true
	}
	return s.layer == None && s.target.Openers>>p.Layer&1 != 0
}

// Admit decides about one packet of the track.
func (s *Selector) Admit(p *packet.Packet) Verdict {
	if s.paused || p.Layer < 0 {
		return Ignore
	}
	if p.Layer != s.layer || p.Epoch != s.epoch {
		return s.enter(p)
	}
	if !s.anyPacket && p.Needed != packet.NoTargets {
		s.look(p)
	}
	return s.wanted(p)
}

// wanted decides about a packet of the encoding that goes out. A late one goes
// the way of its picture, or half a frame would go out.
func (s *Selector) wanted(p *packet.Packet) Verdict {
	set := s.targets(p)
	if p.Timestamp == s.began {
		set |= packet.TargetOf(0, 0) // the keyframe itself, even where nothing builds on it
	}
	if p.Needed&set != 0 {
		return Forward
	}
	if p.Timestamp == s.picture {
		s.broken |= p.Needed
	}
	if now := s.changes[0]; p.Needed&now.bit == 0 || s.builds(now, p) {
		s.intact &^= p.Needed
	}
	return Leave
}

// targets returns the decode targets that packets of this picture go out for. For
// a late packet these are the one of then, and those since that build on the
// picture, as far as they are not above what the receiver took for the end of it.
func (s *Selector) targets(p *packet.Packet) packet.Targets {
	var since packet.Targets
	for _, c := range s.changes[:keptChanges-1] {
		if int32(p.Timestamp-c.from) >= 0 { // the shorter way round
			return c.bit | since&c.below()
		}
		if s.builds(c, p) {
			since |= c.bit
		}
	}
	then := s.changes[keptChanges-1]
	return then.bit | since&then.below()
}

// builds reports whether what went out from a change on builds on the picture of
// a packet: its layer was made intact no later than with that.
func (s *Selector) builds(c change, p *packet.Packet) bool {
	at := c.place()
	base := at&^packet.MaxTemporal | min(at&packet.MaxTemporal, int(p.Temporal))
	return int32(p.Timestamp-s.mended[base]) >= 0 // the shorter way round
}

// Ends reports whether a packet that goes out is the last one of its picture that
// does, and must have the marker (RFC 9628 section 4.2, and section 4.2 of the RTP
// payload format for AV1): it ends the highest spatial layer.
func (s *Selector) Ends(p *packet.Packet) bool {
	needing := packet.TargetsFrom(0, p.Temporal) * 0x1111 // those with the temporal layer, of all rows
	highest := bits.Len16(uint16(s.targets(p)&needing)) - 1
	return p.Marker || p.FrameEnd && int(p.Spatial) == highest/temporalLayers
}

// enter decides about a packet of an encoding that does not go out, or began
// anew.
func (s *Selector) enter(p *packet.Packet) Verdict {
	again := p.Layer == s.layer
	if again {
		s.layer = None // its end
	}
	switch {
	case !s.opens(p) || s.isPast(p):
		return Ignore
	case p.Layer == s.target.Layer || again:
	case s.layer != None:
		return Ignore // not wanted
	case s.target.Layer != None && s.target.Openers>>p.Layer&1 == 0:
		return Ignore // likewise
	}
	s.layer, s.last, s.epoch = p.Layer, p.Layer, p.Epoch
	s.began, s.picture, s.broken = p.Timestamp, p.Timestamp, packet.NoTargets
	s.intact = packet.AllTargets
	s.now = Target{Rung: Rung{p.Layer, packet.MaxSpatial}, Temporal: packet.MaxTemporal}
	s.settle()
	s.forget()
	return Begin
}

// forget lets what goes out now have gone out always.
func (s *Selector) forget() {
	for i := range s.mended {
		s.mended[i] = s.picture
	}
	for i := range s.changes {
		s.changes[i] = change{from: s.picture, bit: s.changes[0].bit}
	}
}

// opens reports whether a source can begin with the packet.
func (s *Selector) opens(p *packet.Packet) bool {
	return p.Needed != packet.NoTargets && (s.anyPacket || p.Keyframe)
}

// isPast reports whether the packet is from before a pause, and comes late: a
// keyframe that does not open what has come since.
func (s *Selector) isPast(p *packet.Packet) bool {
	ahead := int32(p.Timestamp - s.picture) // the shorter way round
	return !s.anyPacket && p.Layer == s.last && p.Epoch == s.epoch && ahead <= 0 && ahead > -tooLate
}

// look takes note of a packet, and with the first one of a picture makes changes
// that are wanted and possible: inside a picture, the receiver may have been told
// already where it ends.
func (s *Selector) look(p *packet.Packet) {
	ahead := int32(p.Timestamp - s.picture) // the shorter way round
	if ahead < -tooLate {
		ahead = 1 // the publisher has set its clock
	}
	if ahead > 0 {
		s.picture, s.broken = p.Timestamp, packet.NoTargets
		if since := int32(p.Timestamp - s.changes[0].from); since > tooLate || since < -tooLate { // likewise
			s.forget()
		}
	}
	if p.FrameStart && ahead >= 0 {
		s.mend(s.granted(p) &^ s.broken &^ s.intact)
	}
	if ahead > 0 {
		s.settle()
	}
}

// mend makes targets intact with the present picture.
func (s *Selector) mend(set packet.Targets) {
	s.intact |= set
	for ; set != packet.NoTargets; set &= set - 1 {
		s.mended[bits.TrailingZeros16(uint16(set))] = s.picture
	}
}

// granted returns the decode targets that the frame makes intact: those that it
// offers to switch to, as far as what they build on was sent. A temporal layer
// builds on the one below, and the base of a spatial layer on that of the one
// below: in the order of the bits, one and four places lower.
func (s *Selector) granted(p *packet.Packet) packet.Targets {
	const (
		base    packet.Targets = 0x1111 // T0 of every spatial layer
		highest packet.Targets = 0x8888 // T3, on which nothing builds
	)
	if p.Switch == packet.NoTargets || p.Switch == packet.AllTargets {
		return p.Switch
	}
	granted := p.Switch & packet.TargetOf(0, 0)
	for range packet.MaxSpatial {
		granted |= p.Switch & ((s.intact | granted) & base << 4)
	}
	for range packet.MaxTemporal {
		granted |= p.Switch & ((s.intact | granted) &^ highest << 1)
	}
	return granted
}

// settle chooses what goes out from here on: the wanted layers, or the nearest
// that can be decoded.
func (s *Selector) settle() {
	want := s.wish()
	spatial := want.Spatial
	if !s.intact.Has(packet.TargetOf(spatial, 0)) {
		spatial = s.nearest(want.Spatial)
	}
	temporal := min(want.Temporal, packet.MaxTemporal)
	for temporal > 0 && !s.intact.Has(packet.TargetOf(spatial, temporal)) {
		temporal--
	}
	s.now.Spatial, s.now.Temporal = spatial, temporal
	if bit := packet.TargetOf(spatial, temporal); bit != s.changes[0].bit {
		copy(s.changes[1:], s.changes[:])
		s.changes[0] = change{from: s.picture, bit: bit}
	}
}

// wish returns the layers that are wanted of the present encoding: while another
// one is waited for, all that the present one has.
func (s *Selector) wish() Target {
	switch s.target.Layer {
	case s.layer:
		return s.target
	case None:
		return Target{Rung: Rung{s.layer, s.target.Spatial}, Temporal: s.target.Temporal}
	default:
		return Target{Rung: Rung{s.layer, s.now.Spatial}, Temporal: s.target.Temporal}
	}
}

// nearest returns the spatial layer between what goes out and what is wanted
// that comes closest to the wish and can be decoded: what goes out if none can.
func (s *Selector) nearest(want uint8) uint8 {
	spatial := s.now.Spatial
	for at := want; at != spatial; {
		if s.intact.Has(packet.TargetOf(at, 0)) {
			return at
		}
		if at > spatial {
			at--
		} else {
			at++
		}
	}
	return spatial
}
