package transport

import "github.com/atrium-rtc/atrium/sfu/codec"

// Media is what offer and answer agreed on. A nil Stream was refused or not
// offered.
type Media struct {
	Audio, Video *Stream
}

// Stream is one negotiated media section. It does not change after Accept.
type Stream struct {
	Codec     codec.Codec
	ClockRate uint32 // Hz of the RTP timestamps
	// PayloadType is the media's; RTXPayloadType is its repair stream's (RFC
	// 4588), 0 for none.
	PayloadType, RTXPayloadType uint8

	MID string // of the section (RFC 5888)
	// RIDs are the encodings that the server accepted (RFC 8853), lowest first;
	// nil for a single encoding without a name.
	RIDs []string
	// SSRCs and RTXSSRCs are ours, one for each encoding, when the connection
	// sends, and those that the server announced when it receives.
	SSRCs, RTXSSRCs []uint32
	// Extensions are the accepted RTP header extensions: id by URI (RFC 8285).
	Extensions map[string]uint8

	// Feedback that the other side knows: generic NACK, picture loss indication
	// (RFC 4585), full intra request (RFC 5104), transport-wide congestion
	// control.
	NACK, PLI, FIR, TransportCC bool
}

// URIs of the RTP header extensions that are offered, the keys of
// Stream.Extensions.
const (
	ExtensionAudioLevel  = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"                               // RFC 6464
	ExtensionTransportCC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01" // RFC draft
	ExtensionMID         = "urn:ietf:params:rtp-hdrext:sdes:mid"                                       // RFC 9143
	ExtensionRID         = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"                             // RFC 8852
	ExtensionRepairedRID = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"                    // RFC 8852
)
