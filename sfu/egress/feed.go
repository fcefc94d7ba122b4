package egress

import (
	"slices"
	"sync/atomic"
	"time"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

// How many packets of a track can be sent again: two to five seconds, more than
// the receivers' patience.
const (
	videoRing = 1024
	audioRing = 256
)

// feedLimit is one track's share of a shard's mailbox, so that a publisher who
// floods loses packets of its own and not those of others.
const feedLimit = mailboxLimit / 8

// Source is a published track. Its methods may be called from any goroutine.
type Source interface {
	AddSink(packet.Sink)
	RemoveSink(packet.Sink)
	// RequestKeyframe asks the publisher for a keyframe; it is rate limited there.
	RequestKeyframe()
	// Reference ties an RTP timestamp to our clock (see Stream.sendReport).
	Reference() (rtp uint32, wall time.Time, ok bool)
}

// feed is one published track on one shard: who gets it there, and the packets
// that can be sent again.
type feed struct {
	shard  *Shard
	source Source
	queued atomic.Int32 // packets in the mailbox

	// owned by the shard
	streams []*Stream
	pending []*packet.Packet // of this batch
	ring    *packet.Ring
	highest packet.ExtSeq
	closed  bool
}

func newFeed(s *Shard, src Source, window int) *feed {
	return &feed{shard: s, source: src, ring: packet.NewRing(window)}
}

// Push implements packet.Sink on the publisher's goroutine.
func (f *feed) Push(p *packet.Packet) {
	if f.queued.Add(1) > feedLimit {
		f.shard.box.drops.Add(1)
	} else if f.shard.box.put(item{feed: f, pkt: p}, false) {
		return
	}
	f.queued.Add(-1)
	p.Release()
}

// forward sends the batch's packets to every stream, stream by stream.
func (f *feed) forward(now time.Time) {
	if !f.closed {
		for _, p := range f.pending {
			f.ring.Put(p)
			f.highest = max(f.highest, p.Seq)
		}
		for _, st := range f.streams {
			st.forwardBatch(f.pending, now)
		}
	}
	for i, p := range f.pending {
		p.Release()
		f.pending[i] = nil
	}
	f.pending = f.pending[:0]
}

func (f *feed) add(st *Stream) { f.streams = append(f.streams, st) }

// remove takes a stream out, and ends the feed with its last stream.
func (f *feed) remove(st *Stream) {
	f.streams = slices.DeleteFunc(f.streams, func(x *Stream) bool { return x == st })
	if len(f.streams) > 0 || f.closed {
		return
	}
	f.closed = true
	f.source.RemoveSink(f)
	f.ring.Clear()
	delete(f.shard.feeds, f.source)
}
