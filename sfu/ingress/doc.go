// Package ingress is the receiving half of the media plane: what arrives from
// one publisher, from the decrypted packet to the fan-out list.
//
//	            srtp goroutine of the publisher                    shard goroutines
//	b ──► Receiver ──► encoding ──► parse, undo RTX and RED, ──► fan-out ──► Sink.Push
//	        │  route by SSRC,       unwrap, inspect, detect    of the Track
//	        │  MID and RID          loss │                     (copy on write)
//	        └── TWCC, RR ──► feedback ◄──┴── NACK, keyframe request
//
// A Track is one media section, and has one encoding or, with simulcast, several:
// sources with numbers, losses, reports and repair streams of their own, which
// are told apart by RID. What the payload says of layers is noted on the packet
// here, once for all who get it.
//
// A Receiver and its Tracks are owned by one goroutine: the one on which the
// SRTP session decrypts, which calls WriteRTP. Time comes in with the packet, so
// reports and repeated NACKs are driven by the packets themselves: a publisher
// that sends nothing needs neither. The exceptions, safe from any goroutine, are
// the fan-out list, the reference clock, the statistics, and what tracks there are.
//
// There is one Receiver for a connection, because the feedback that the publisher's
// estimate goes by is that of a connection. Its tracks come and go while it runs: Add
// and Remove put another table in place, and the next packet, which looks for one,
// makes the goroutine forget the sources of what has gone and learn those of what has
// come. What a removed track has counted stays in the sum.
package ingress
