package egress

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/atrium-rtc/atrium/internal/histogram"
	"github.com/atrium-rtc/atrium/sfu/bwe"
	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/quality"
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
	FeedbackDrops                  uint64 // messages about what arrived, lost because too many waited
	// Freezes of all pictures and how long they lasted, first pictures of streams and
	// how long they were waited for, and streams that are received badly at present, by
	// quality.Cause.
	Freezes, FirstFrames   uint64
	Frozen, FirstFrameWait time.Duration
	Troubled               [causes]int64

	Abandoned       uint64 // packets of video that waited too long for their turn
	Pauses          uint64 // of videos for which a link had nothing left
	Paused          int    // such videos at present
	Unheard         uint64 // packets of sound that were not among the loudest of their room
	Probes, Padding uint64 // clusters sent, and the octets of padding in them

	// ForwardLatency is from the arrival of packets to the end of the batch that gave
	// them to the kernel, one observation for each packet and shard; PacingDelay how
	// long video waited for its turn where it had to, one for each packet and receiver,
	// and not part of ForwardLatency. Both are in seconds. BatchPackets is how many
	// packets a shard took when it woke for some.
	ForwardLatency, PacingDelay, BatchPackets histogram.Snapshot

	Shards []ShardStats // by index
}

// ShardStats is what one shard did since the start.
type ShardStats struct {
	Busy time.Duration // awake: from each wake-up until there was no more to do
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
	Abandoned                          uint64  // packets that waited too long for the pacer
	Padded                             uint64  // packets of padding on the repair stream
	FractionLost                       float64 // 0 to 1, from the last receiver report
	RTT                                time.Duration
}

// sent is what a shard has sent since its start. It belongs to the shard's
// goroutine, which publishes it after each batch: an atomic addition for every
// packet would cost more than it tells.
type sent struct{ packets, octets, retransmitted, switches, redundant, probes, padding, unheard, abandoned, pauses, paused uint64 }

type shardCounters struct {
	mu     sync.Mutex
	judged judgements

	busy atomic.Int64 // time.Duration

	batches, packets, octets, retransmitted, switches, redundant, probes, padding, unheard, abandoned, pauses, paused atomic.Uint64
}

// judge publishes how the shard's streams are received.
func (c *shardCounters) judge(j judgements) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.judged = j
}

func (c *shardCounters) publish(s sent) {
	c.packets.Store(s.packets)
	c.octets.Store(s.octets)
	c.retransmitted.Store(s.retransmitted)
	c.switches.Store(s.switches)
	c.redundant.Store(s.redundant)
	c.probes.Store(s.probes)
	c.padding.Store(s.padding)
	c.unheard.Store(s.unheard)
	c.abandoned.Store(s.abandoned)
	c.pauses.Store(s.pauses)
	c.paused.Store(s.paused)
}

func (c *shardCounters) addTo(s *Stats) {
	c.mu.Lock()
	j := c.judged
	c.mu.Unlock()
	s.Freezes += j.freezes
	s.Frozen += j.frozen
	s.FirstFrames += j.firstFrames
	s.FirstFrameWait += j.waited
	for cause := quality.Downlink; int(cause) < causes; cause++ {
		s.Troubled[cause] += j.troubled[cause]
	}
	s.Batches += c.batches.Load()
	s.Packets += c.packets.Load()
	s.Octets += c.octets.Load()
	s.Retransmitted += c.retransmitted.Load()
	s.Switches += c.switches.Load()
	s.Redundant += c.redundant.Load()
	s.Probes += c.probes.Load()
	s.Padding += c.padding.Load()
	s.Unheard += c.unheard.Load()
	s.Abandoned += c.abandoned.Load()
	s.Pauses += c.pauses.Load()
	s.Paused += int(c.paused.Load()) //nolint:gosec // as many as there are streams
}

type streamCounters struct {
	packets, octets, withheld, failed, nacks, plis          atomic.Uint64
	retransmitted, retransmittedOctets, refused, overBudget atomic.Uint64
	filled, switches, replays, abandoned, padded            atomic.Uint64
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
		Abandoned: c.abandoned.Load(), Padded: c.padded.Load(),
		FractionLost: float64(c.fractionLost.Load()) / 256, RTT: time.Duration(c.rtt.Load()),
	}
}

// SubscriberStats is what a receiver said of its connection since the start.
type SubscriberStats struct {
	Received, Lost uint64 // packets, by transport-wide feedback
	// Estimate is what the link is believed to carry, for all connections of the
	// session together, 0 while nothing is known; Demand is what its media would need
	// to be at their best, and Allocated what they were given.
	Estimate, Demand, Allocated bwe.Bitrate
	REMB                        bwe.Bitrate // the receiver's own estimate, 0 before the first
}

// Stats returns a snapshot. Any goroutine.
func (s *Subscriber) Stats() SubscriberStats {
	t := &s.transport
	return SubscriberStats{
		Received: t.received.Load(), Lost: t.lost.Load(), REMB: bwe.Bitrate(t.remb.Load()),
		Estimate: bwe.Bitrate(t.estimate.Load()), Demand: bwe.Bitrate(t.demand.Load()), Allocated: bwe.Bitrate(t.sentRate.Load()),
	}
}
