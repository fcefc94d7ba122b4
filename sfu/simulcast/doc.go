// Package simulcast decides which encoding of a track one subscriber gets, and
// hides the changes from the receiver's decoder and jitter buffer.
//
// The Selector says which packets go out and when a new source begins; the
// Rewriter gives them sequence numbers and timestamps that run on as if there
// were one source (RFC 3550 section 5.1).
//
//	layer 0  ──K─p─p─p─p─p─p───────┐ Selector   Rewriter
//	layer 1  ──K─p─p─p─K─p─p─p─p───┼──> p p p │ K p p p ──> 41 42 43 44 45 46 47
//	layer 2  ──K─p─p─p─p─p─p─p─p───┘          └ switched: only at a keyframe
//
// Both are plain structs owned by the forwarding shard of the subscriber.
package simulcast
