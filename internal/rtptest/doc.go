// Package rtptest makes RTP streams for tests and judges the ones that come out
// of the server.
//
//	Stream.Frame ──packets──> what is tested ──packets, reports──> Conformance
//	(a sender, from a seed)                                        │
//	      each payload ends with a Stamp                           ▼
//	      that tells frame and place                          Violations
//
// A Stream does what a browser's sender does for one encoding: VP8, VP9, H.264,
// AV1 or Opus, split into packets with continuous numbers, picture identifiers
// and markers, with the layers of a scalability mode and the references of
// libwebrtc if the Config names one. A Ladder is several of them, the encodings
// of one simulcast track. Equal configurations make equal packets.
//
// A Conformance takes what one receiver got, in any order, and says what a
// browser would have stumbled over: numbers, timestamps and their pace, frames
// and spatial layers in their order, picture identifiers and dependency
// descriptors, retransmissions and redundant audio, and frames that refer to what
// was not sent. It counts what could be decoded, by encoding and layer.
package rtptest
