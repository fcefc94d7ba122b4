package simulcast

// Selector chooses the packets of one layer of one track for one subscriber.
// The layer that is wanted and the layer that goes out differ until a keyframe
// of the wanted one arrives; until then the old one keeps the picture alive. It
// is owned by one goroutine.
type Selector struct {
	target    Layer
	current   Layer
	paused    bool
	anyPacket bool // every packet can start the stream: audio
}

// NewVideoSelector returns a Selector that starts and switches at keyframes.
func NewVideoSelector(target Layer) *Selector {
	return &Selector{target: target, current: None}
}

// NewAudioSelector returns a Selector for a track of one layer, index 0, whose
// packets all decode alone.
func NewAudioSelector() *Selector {
	return &Selector{target: 0, current: None, anyPacket: true}
}

// SetTarget changes the wanted layer. None stops forwarding at once, any other
// layer takes over at its next keyframe.
func (s *Selector) SetTarget(layer Layer) {
	s.target = layer
	if layer == None {
		s.current = None
	}
}

// Target returns the wanted layer.
func (s *Selector) Target() Layer { return s.target }

// Current returns the layer that goes out now, None while nothing does.
func (s *Selector) Current() Layer { return s.current }

// Pause stops forwarding: the subscriber's media is muted by the server.
func (s *Selector) Pause() {
	s.paused = true
	s.current = None
}

// Resume ends a Pause. Audio goes on with the next packet, video with the next
// keyframe of the target, since the decoder missed what came in between.
func (s *Selector) Resume() { s.paused = false }

// Paused reports whether forwarding is paused.
func (s *Selector) Paused() bool { return s.paused }

// NeedsKeyframe returns the layer whose keyframe is waited for, and false when
// there is none: the caller asks the publisher for it.
func (s *Selector) NeedsKeyframe() (Layer, bool) {
	if s.paused || s.anyPacket || s.target == None || s.current == s.target {
		return None, false
	}
	return s.target, true
}

// Admit decides about one packet of the track. forward says that it goes out;
// switched, that it is the first one of a new source, so that the Rewriter must
// be told before it rewrites the packet.
func (s *Selector) Admit(layer Layer, keyframe bool) (forward, switched bool) {
	switch {
	case s.paused || layer == None:
		return false, false
	case layer == s.current:
		return true, false
	case layer == s.target && (keyframe || s.anyPacket):
		s.current = layer
		return true, true
	default:
		return false, false
	}
}
