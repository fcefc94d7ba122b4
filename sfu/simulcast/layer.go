package simulcast

import "github.com/atrium-rtc/atrium/sfu/packet"

// Layer is the index of an encoding of one track, as in packet.Packet.
type Layer = packet.Layer

// None is no layer: nothing is forwarded.
const None = packet.NoLayer

// MaxEncodings is how many encodings of one track are told apart. Browsers send
// three.
const MaxEncodings = 4

// Rung is one size of picture that a subscriber can be given: a spatial layer of
// an encoding. Encodings of simulcast have one rung each, an encoding with SVC
// has one for each spatial layer. Layer None stands for no rung at all.
type Rung struct {
	Layer   Layer
	Spatial uint8
}

// Known reports whether it is a rung at all.
func (r Rung) Known() bool { return r.Layer != None }
