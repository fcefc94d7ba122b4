package egress

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/atrium-rtc/atrium/internal/histogram"
	"github.com/atrium-rtc/atrium/sfu/bwe"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/quality"
)

// Stats counts what all shards did since the start. What shards count is as of the end
// of their last batch.
type Stats struct {
	Subscribers int
	Streams     [codec.AV1 + 1]int // tracks to subscribers, by codec.Codec
	Batches     uint64             // wake-ups of shards

	Sent      PerKind[Sent] // media, for the first time
	Withheld  Withheld
	Dropped   Dropped
	Redundant uint64 // packets of sound that repeat earlier ones
	// FeedbackDrops counts messages and requests of receivers, lost because too many
	// waited.
	FeedbackDrops uint64
	Switches      Switches

	// NACKed counts the sequence numbers that receivers asked for, Retransmitted the
	// packets sent again, KeyframeRequests the receivers' PLI and FIR.
	NACKed, Retransmitted, KeyframeRequests uint64
	Refused                                 Refused
	// Lost and Repaired are by the feedback of receivers that tell what arrives: media
	// packets that did not, and retransmissions that did.
	Lost, Repaired uint64

	// Freezes of all pictures, how long they lasted, and the time in which there was a
	// picture to see, frozen or not; and streams that are received badly at present, by
	// quality.Cause.
	Freezes         uint64
	Frozen, Watched time.Duration
	Troubled        [causes]int64

	Paused          [pauses]int    // videos that are not sent at present, by Pause
	Pauses          [pauses]uint64 // times that videos came to be so
	Probes, Padding uint64         // clusters sent, and the octets of padding in them
	Downlinks       Downlinks

	// ForwardLatency is from the arrival of packets to the end of the batch that gave
	// them to the kernel, one observation for each packet and shard; PacingDelay how
	// long video waited for its turn where it had to, one for each packet and receiver,
	// and not part of ForwardLatency. FirstFrame is from the connection to the first
	// picture. All are in seconds.
	ForwardLatency, PacingDelay, FirstFrame histogram.Snapshot
	BatchPackets                            histogram.Snapshot          // packets that a shard took when it woke for some
	Estimates                               histogram.Snapshot          // of what downlinks carry, in bytes per second, about once a second
	Score                                   PerKind[histogram.Snapshot] // opinion scores of all streams, about once a second

	Shards []ShardStats // by index
}

// PerKind is something of sound, and of video.
type PerKind[T any] struct{ Audio, Video T }

// Sent counts media.
type Sent struct{ Packets, Octets uint64 } // octets of payload

func (s *Sent) add(o Sent) {
	s.Packets += o.Packets
	s.Octets += o.Octets
}

// Withheld counts packets that were not sent to a receiver on purpose, once for each
// receiver.
type Withheld struct {
	Layer    uint64 // of an encoding or layer that it does not get
	Paused   uint64 // its video was paused, or nothing came back from it
	Muted    uint64
	Unheard  uint64 // sound that was not among the loudest of the room
	Keyframe uint64 // came before the first keyframe that it could begin with
}

func (w *Withheld) add(o Withheld) {
	w.Layer += o.Layer
	w.Paused += o.Paused
	w.Muted += o.Muted
	w.Unheard += o.Unheard
	w.Keyframe += o.Keyframe
}

// Dropped counts packets that should have been sent.
type Dropped struct {
	Mailbox uint64 // a shard was behind; once for the shard, whoever was to get it there
	Late    uint64 // video that waited too long for its turn, once for each receiver
	Writer  uint64 // the Sealer refused, likewise
}

// Switches counts changes of streams from one encoding to another.
type Switches struct{ Up, Down uint64 } // to a larger picture, and to a smaller one

// Refused counts packets that a receiver asked for and did not get again.
type Refused struct {
	Unknown uint64 // never sent, or too long ago, or must not be sent twice
	Soon    uint64 // sent again too often already, or just now
	Budget  uint64 // no room in its budget, or a keyframe is on its way instead
}

// ShardStats is what one shard did since the start.
type ShardStats struct {
	Busy    time.Duration // awake: from each wake-up until there was no more to do
	Waiting int           // items in its mailbox at present
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

// shardCounters is what the other goroutines may see of a shard.
type shardCounters struct {
	tally tally
	busy  atomic.Int64 // time.Duration

	mu        sync.Mutex // taken by the shard with its ticks
	judged    judgements
	downlinks Downlinks
}

// tell publishes how the shard's streams are received, and over what.
func (c *shardCounters) tell(j judgements, d Downlinks) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.judged, c.downlinks = j, d
}

func (c *shardCounters) addTo(s *Stats) {
	c.mu.Lock()
	j, d := c.judged, c.downlinks
	c.mu.Unlock()
	s.Freezes += j.freezes
	s.Frozen += j.frozen
	s.Watched += j.watched
	for cause := quality.Downlink; int(cause) < causes; cause++ {
		s.Troubled[cause] += j.troubled[cause]
	}
	s.Downlinks.add(d)
	c.tally.addTo(s)
}

// Stats returns a snapshot.
func (e *Engine) Stats() Stats {
	var st Stats
	for i, s := range e.shards {
		st.Subscribers += int(e.load[i].Load())
		s.stats.addTo(&st)
		s.latency.addTo(&st)
		s.felt.addTo(&st)
		st.Dropped.Mailbox += s.box.drops.Load()
		st.FeedbackDrops += s.inbox.drops.Load() + s.box.refused.Load()
		st.Shards = append(st.Shards, ShardStats{
			Busy: time.Duration(s.stats.busy.Load()), Waiting: int(s.box.waiting.Load()),
		})
	}
	return st
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
