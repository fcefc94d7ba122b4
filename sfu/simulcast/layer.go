package simulcast

import "github.com/atrium-rtc/atrium/sfu/packet"

// Layer is the index of an encoding of one track, as in packet.Packet.
type Layer = packet.Layer

// None is no layer: nothing is forwarded.
const None = packet.NoLayer
