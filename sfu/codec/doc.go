// Package codec reads what an SFU must know of a payload it does not decode:
// whether a decoder can start here, where frames begin, and which layer a packet
// belongs to.
//
//	RTP payload ──Inspect──> Frame{Keyframe, Start, SpatialLayer, TemporalLayer, ...}
//	   VP8   RFC 7741    descriptor, first octets of the frame
//	   VP9   RFC 9628    descriptor, scalability structure
//	   H264  RFC 6184    NAL unit types in single, STAP-A and FU-A packets
//	   AV1   AV1 RTP 1.0 aggregation header, OBU headers
//	   Opus  RFC 7587    every packet is a frame
//
// Payloads come from the network: an Inspect that does not understand one
// returns an error and never panics, and none allocates. Functions keep nothing
// and may be called from any goroutine.
package codec
