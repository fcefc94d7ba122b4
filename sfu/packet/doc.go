// Package packet holds a received RTP packet in a pooled, reference counted
// buffer, and the arithmetic of sequence numbers. Every other package may
// import it.
//
// One goroutine takes a Packet from the Pool, fills it (Parse, RestoreFromRTX,
// the derived fields) and publishes it to a Ring and to mailboxes. From then on
// it never changes; each holder has a reference and gives it back.
//
//	socket bytes                 Retain             Retain
//	    │ Parse: one copy      ┌────────> Ring    ┌────────> shard mailbox
//	    ▼                      │                  │              │ Release
//	Pool.Get ──> Packet ───────┴──────────────────┘              ▼
//	    ▲        refs = 1                              last one: back to the Pool
//	    └─────────────────────────────────────────────────────────┘
package packet
