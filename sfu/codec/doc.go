// Package codec reads what an SFU must know of a payload it does not decode:
// whether a decoder can start here, where frames begin, which layer a packet
// belongs to, and who needs it.
//
//	RTP payload ───────────┐              ┌> Keyframe, Start, SpatialLayer, ...
//	   VP8   RFC 7741      │              │  of the packet itself
//	   VP9   RFC 9628      ├─> Inspector ─┤
//	   H264  RFC 6184      │   remembers  └> Needed, Switch, Width, Height
//	   AV1   AV1 RTP 1.0   │   the stream    of its place in the stream
//	   Opus  RFC 7587      │
//	dependency descriptor ─┘
//	   AV1 RTP 1.0, appendix A
//
// An Inspector belongs to one encoding and one goroutine. Inspect is the part of
// it that needs no memory; it and all other functions keep nothing and may be
// called from any goroutine. SetIDs and SetFrameNumber write the numbers that a
// change of the encoding must continue. SplitRED and AppendRED take redundant
// audio apart and put it together (RFC 2198).
//
// Payloads come from the network: a reader that does not understand one returns
// an error and never panics. None allocates, but for the first descriptor that an
// Inspector sees.
package codec
