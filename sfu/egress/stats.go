package egress

import (
	"sync/atomic"
	"time"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

// Stats counts what all shards did since the start.
type Stats struct {
	Subscribers int
	Batches     uint64 // wake-ups of shards
	// Media packets sent for the first time, their payload octets, and packets
	// sent again. They are some batches behind, never wrong in the end.
	Packets, Octets, Retransmitted uint64
	Switches                       uint64 // of streams from one encoding to another
	Redundant                      uint64 // packets of sound that repeat earlier ones
	MailboxDrops                   uint64 // packets and requests lost because a shard was behind
}

// StreamStats counts what one stream did since its start.
type StreamStats struct {
	Packets, Octets                    uint64       // sent, payload octets
	Withheld                           uint64       // not sent: layers left out, and what came before the first keyframe
	Filled                             uint64       // empty packets sent in place of late ones of other layers
	Switches                           uint64       // from one encoding to another
	Replays                            uint64       // begun with packets of the past
	Layer                              packet.Layer // the encoding that was sent last
	Failed                             uint64       // the writer refused
	NACKs, PLIs                        uint64       // RTCP packets received
	Retransmitted, RetransmittedOctets uint64
	Refused                            uint64 // too often, too soon, or no longer known
	OverBudget                         uint64
	FractionLost                       float64 // 0 to 1, from the last receiver report
	RTT                                time.Duration
}

// sent is what a shard has sent since its start. It belongs to the shard's
// goroutine, which publishes it after each batch: an atomic addition for every
// packet would cost more than it tells.
type sent struct{ packets, octets, retransmitted, switches, redundant uint64 }

type shardCounters struct {
	batches, packets, octets, retransmitted, switches, redundant atomic.Uint64
}

func (c *shardCounters) publish(s sent) {
	c.packets.Store(s.packets)
	c.octets.Store(s.octets)
	c.retransmitted.Store(s.retransmitted)
	c.switches.Store(s.switches)
	c.redundant.Store(s.redundant)
}

func (c *shardCounters) addTo(s *Stats) {
	s.Batches += c.batches.Load()
	s.Packets += c.packets.Load()
	s.Octets += c.octets.Load()
	s.Retransmitted += c.retransmitted.Load()
	s.Switches += c.switches.Load()
	s.Redundant += c.redundant.Load()
}

type streamCounters struct {
	packets, octets, withheld, failed, nacks, plis          atomic.Uint64
	retransmitted, retransmittedOctets, refused, overBudget atomic.Uint64
	filled, switches, replays                               atomic.Uint64
	layer                                                   atomic.Int32
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
		Filled: c.filled.Load(), Switches: c.switches.Load(), Replays: c.replays.Load(), Layer: packet.Layer(c.layer.Load()), //nolint:gosec // an index
		Refused: c.refused.Load(), OverBudget: c.overBudget.Load(),
		FractionLost: float64(c.fractionLost.Load()) / 256, RTT: time.Duration(c.rtt.Load()),
	}
}

// SubscriberStats is what a receiver said of its connection since the start.
type SubscriberStats struct {
	Received, Lost uint64 // packets, by transport-wide feedback
	REMB           uint64 // the receiver's estimate of its link in bits per second, 0 before the first
}

// Stats returns a snapshot. Any goroutine.
func (s *Subscriber) Stats() SubscriberStats {
	t := &s.transport
	return SubscriberStats{Received: t.received.Load(), Lost: t.lost.Load(), REMB: t.remb.Load()}
}
