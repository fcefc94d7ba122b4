// Package seal protects RTP packets as SRTP (RFC 3711, RFC 7714), straight into
// the buffer that a shard sends from. It only seals: SRTCP, and what comes in,
// are left to Pion.
//
//	written once for each receiver   shared by all of them
//	            header                      payload
//	               │                           │
//	  sequence     │ authenticated             │ encrypted
//	  number       ▼                           ▼
//	    │      ┌────────────┬───────────────────────────────┬─────┐
//	    │      │   header   │           ciphertext          │ tag │  packet
//	    │      └────────────┴───────────────────────────────┴─────┘
//	    └──> index ──> nonce: used once, or the packet is refused
//
// A Context has the keys of one connection, and a Stream the numbers of one of
// its sources: media, or retransmissions. Both modes are stream ciphers: two
// packets under one key and nonce give away the difference of their payloads, and
// in GCM also what forges packets (RFC 7714 section 8.4). So a Stream remembers
// which indices it has used, and refuses them the second time. What it cannot know
// is what another Context has used: all RTP of a connection goes through one
// Context, and through nothing else that has its master key.
//
// All of a Context is owned by one goroutine once it is made.
package seal
