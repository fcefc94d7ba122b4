// Package speaker decides from the packets of sound who speaks, who is dominant,
// and, where there are many, who is worth forwarding. Nothing is decoded: what
// counts is the level that senders write on each packet (RFC 6464) or, where it
// is absent, the size of the packet.
//
//	publisher ──packet──► Sample          level, or size; how much sound
//	                        │
//	       ┌────────────────┴──────────────────┐
//	       ▼  one Meter per track              ▼  one Loudest per shard
//	     Level     smoothed; speaking?       who of N tracks has one of the n
//	     activity  frames, blocks, seconds   places: forward, or do not
//	       │
//	       ▼  Snapshot, for any goroutine
//	     Election  every 300 ms: does anybody speak more than who is dominant?
//
// A mark beside a name follows Snapshot.Speaking: on after 60 ms of speech, off a
// second after the last. The large picture follows the Election, which a cough
// does not win. The Loudest is faster than both, since what it does not let
// through is not heard: it opens on a packet, and asks for the few before it.
//
// All are plain structs owned by one goroutine, without lock or clock; only
// Meter.Snapshot may be called from elsewhere.
package speaker
