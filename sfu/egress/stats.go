package egress

import (
	"sync/atomic"
	"time"
)

// Stats counts what all shards did since the start.
type Stats struct {
	Subscribers int
	Batches     uint64 // wake-ups of shards
	// Media packets sent for the first time, their payload octets, and packets
	// sent again. They are some batches behind, never wrong in the end.
	Packets, Octets, Retransmitted uint64
	MailboxDrops                   uint64 // packets and requests lost because a shard was behind
}

// StreamStats counts what one stream did since its start.
type StreamStats struct {
	Packets, Octets                    uint64 // sent, payload octets
	Withheld                           uint64 // not sent: waiting for a keyframe
	Failed                             uint64 // the writer refused
	NACKs, PLIs                        uint64 // RTCP packets received
	Retransmitted, RetransmittedOctets uint64
	Refused                            uint64 // too often, too soon, or no longer known
	OverBudget                         uint64
	FractionLost                       float64 // 0 to 1, from the last receiver report
	RTT                                time.Duration
}

// sent is what a shard has sent since its start. It belongs to the shard's
// goroutine, which publishes it after each batch: an atomic addition for every
// packet would cost more than it tells.
type sent struct{ packets, octets, retransmitted uint64 }

type shardCounters struct{ batches, packets, octets, retransmitted atomic.Uint64 }

func (c *shardCounters) publish(s sent) {
	c.packets.Store(s.packets)
	c.octets.Store(s.octets)
	c.retransmitted.Store(s.retransmitted)
}

func (c *shardCounters) addTo(s *Stats) {
	s.Batches += c.batches.Load()
	s.Packets += c.packets.Load()
	s.Octets += c.octets.Load()
	s.Retransmitted += c.retransmitted.Load()
}

type streamCounters struct {
	packets, octets, withheld, failed, nacks, plis          atomic.Uint64
	retransmitted, retransmittedOctets, refused, overBudget atomic.Uint64
	fractionLost                                            atomic.Uint32
	rtt                                                     atomic.Int64
}

// Stats returns a snapshot. Any goroutine.
func (st *Stream) Stats() StreamStats {
	c := &st.stats
	return StreamStats{
		Packets: c.packets.Load(), Octets: c.octets.Load(), Withheld: c.withheld.Load(),
		Failed: c.failed.Load(), NACKs: c.nacks.Load(), PLIs: c.plis.Load(),
		Retransmitted: c.retransmitted.Load(), RetransmittedOctets: c.retransmittedOctets.Load(),
		Refused: c.refused.Load(), OverBudget: c.overBudget.Load(),
		FractionLost: float64(c.fractionLost.Load()) / 256, RTT: time.Duration(c.rtt.Load()),
	}
}
