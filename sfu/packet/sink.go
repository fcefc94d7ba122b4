package packet

// Sink takes packets of a track.
type Sink interface {
	// Push hands over a packet together with one reference to it. It is called
	// on the goroutine of the track's publisher and must not block.
	Push(*Packet)
}
