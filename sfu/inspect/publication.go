package inspect

// Publication is what one participant sends.
type Publication struct {
	Transport Transport `json:"transport"`
	RoundTrip float64   `json:"roundTripSeconds"` // to the publisher; 0: not measured
	// KeyframeRequests were sent to the publisher.
	KeyframeRequests uint64  `json:"keyframeRequests"`
	Tracks           []Track `json:"tracks"`
}

// Track is one published track.
type Track struct {
	Kind  string `json:"kind"`  // audio or video
	Codec string `json:"codec"` // opus, VP8, VP9, H264, AV1
	// Encodings are those of simulcast, in the order of the offer, which says
	// nothing of their size; without simulcast there is one.
	Encodings []Encoding `json:"encodings"`
}

// Encoding is one encoding of a track.
type Encoding struct {
	RID string `json:"rid,omitempty"` // RFC 8851; empty without simulcast
	// Width and Height are of the largest picture that came, in pixels; 0 before
	// the first, and for sound.
	Width  uint16 `json:"width,omitempty"`
	Height uint16 `json:"height,omitempty"`
	// SpatialLayers are the sizes inside of a scalable stream, from the smallest;
	// empty where there is one only.
	SpatialLayers []Size `json:"spatialLayers,omitempty"`
	// Alive says that packets of it came in the last second, and Used that somebody
	// receives it or is about to.
	Alive bool `json:"alive"`
	Used  bool `json:"used"`
	// BitsPerSecond of payload, lately: about the last second.
	BitsPerSecond float64 `json:"bitsPerSecond"`

	// Since the beginning. Lost are packets that did not come at first, as far as that
	// was noticed; of them some were Repaired later, and Unrepaired were given up.
	Packets    uint64 `json:"packets"`
	Bytes      uint64 `json:"bytes"` // of payload
	Keyframes  uint64 `json:"keyframes"`
	Lost       uint64 `json:"lost"`
	Repaired   uint64 `json:"repaired"`
	Unrepaired uint64 `json:"unrepaired"`
}

// Size is that of a picture, in pixels.
type Size struct {
	Width  uint16 `json:"width"`
	Height uint16 `json:"height"`
}
