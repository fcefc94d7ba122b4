package inspect

// Subscription is what one participant receives of one publication.
type Subscription struct {
	Transport Transport   `json:"transport"`
	Downlink  Downlink    `json:"downlink"`
	Tracks    []Reception `json:"tracks"` // the sound first
}

// Downlink is the link to the receiver, which all connections of its session
// share, in bits per second.
type Downlink struct {
	Estimate  float64 `json:"estimate"`  // what it is believed to carry; 0: not measured yet
	Demand    float64 `json:"demand"`    // what its media would need to be at their best
	Allocated float64 `json:"allocated"` // what they are given
}

// Reception is what somebody feels of one track, as it was judged in the last
// second, and why.
type Reception struct {
	Kind string `json:"kind"` // audio or video
	// Score is an opinion score, 1 (bad) to 5 (excellent); 0: not known yet.
	Score float64 `json:"score"`
	// Cause is what holds the quality down: downlink, uplink, publisher layer,
	// overload; empty when nothing does.
	Cause string `json:"cause"`
	// Paused is why nothing is sent at present: muted, hidden (the receiver does not
	// look), bandwidth (nothing of the link is left for it), silent (nothing comes
	// back from the receiver); empty while it is.
	Paused string `json:"paused,omitempty"`
	// Layer is delivered, and Wanted would be on a perfect link; nil is none, as for
	// sound.
	Layer  *Layer `json:"layer,omitempty"`
	Wanted *Layer `json:"wanted,omitempty"`
	// Loss is the share of packets that stayed lost on the way to the receiver.
	Loss       float64 `json:"loss"`
	RoundTrip  float64 `json:"roundTripSeconds"` // to the receiver; 0: not measured
	Freezes    uint64  `json:"freezes"`
	Frozen     float64 `json:"frozenSeconds"`
	FirstFrame float64 `json:"firstFrameSeconds"` // after the connection; 0: none yet
	// BitsPerSecond of payload in the last second.
	BitsPerSecond float64 `json:"bitsPerSecond"`

	// Since the beginning.
	Packets       uint64 `json:"packets"` // sent for the first time
	Bytes         uint64 `json:"bytes"`   // of payload in them
	Retransmitted uint64 `json:"retransmitted"`
	NACKs         uint64 `json:"nacks"` // messages of the receiver that asked for packets
	PLIs          uint64 `json:"plis"`  // and for keyframes
	Switches      uint64 `json:"switches"`
}

// Layer is a picture of those that a video can be had in: Spatial and Temporal
// count sizes and frame rates from the smallest, 0.
type Layer struct {
	Spatial  int    `json:"spatial"`
	Temporal int    `json:"temporal"`
	Width    uint16 `json:"width,omitempty"`
	Height   uint16 `json:"height,omitempty"`
}
