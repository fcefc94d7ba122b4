// Package ingress is the receiving half of the media plane: what arrives from
// one publisher, from the decrypted packet to the fan-out list.
//
//	            srtp goroutine of the publisher                    shard goroutines
//	b ──► Receiver ──► Track ──► parse, undo RTX, unwrap ──► fan-out ──► Sink.Push
//	        │  demultiplex by      inspect, detect loss      (copy on write)
//	        │  SSRC, MID or PT            │
//	        └── TWCC, RR ──► feedback ◄───┴── NACK, keyframe request
//
// A Receiver and its Tracks are owned by one goroutine: the one on which the
// SRTP session decrypts, which calls WriteRTP. Time comes in with the packet, so
// reports and repeated NACKs are driven by the packets themselves: a publisher
// that sends nothing needs neither. The exceptions, safe from any goroutine, are
// the fan-out list, the reference clock and the statistics.
package ingress
