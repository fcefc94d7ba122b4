// Package egress is the sending half of the media plane: subscribers, pinned to
// forwarding shards.
//
//	publisher ─► feed.Push ─► mailbox ─┐        shard goroutine, one per core
//	commands, RTCP ──────────► mailbox ┴► drain ─► feed ─► ring
//	                                                 └─► for each stream:
//	                          Ladder ──► Selector ─► Rewriter ─► History ─► Sealer ─► Queue
//
// A feed's Ladder sees which encodings and spatial layers live, and how large
// they are. Each Stream has what its client prefers at most, and takes the best
// rung that there is; the Selector makes the change where the stream allows it.
//
// A Shard is one goroutine. It owns its Subscribers, their Streams, and one
// packet ring for each encoding that it serves; nobody else touches
// them, so there is no lock on the way of a packet. Others talk to a shard
// through its mailbox, which it drains as one batch per wake-up. A subscriber
// stays on its shard for life, with all its streams, since they share one
// retransmission budget. A batch is worked off subscriber by subscriber: what goes
// to one address stands side by side in the shard's Queue, which is flushed at the
// end of the batch. No timer waits for more.
//
// Retransmission is answered from the shard's own ring: rings hold references,
// not copies, so one ring per shard and track costs pointers only, and needs no
// lock either (docs/adr/0002).
package egress
