package egress

import (
	"slices"
	"sync/atomic"
	"time"

	"github.com/atrium-rtc/atrium/sfu/bwe"
	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/simulcast"
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
	// RequestKeyframe asks the publisher for a keyframe of an encoding, or of any
	// with simulcast.None; it is rate limited there.
	RequestKeyframe(packet.Layer)
	// Reception tells what the track's packets went through on the way here.
	Reception() Reception
	// Room names the room that it is published in; tracks of one room share the
	// ears of its people. Empty is a room of its own.
	Room() string
	// Reference ties an RTP timestamp of an encoding to a clock that all of them
	// share (see Stream.sendReport).
	Reference(packet.Layer) (rtp uint32, wall time.Time, ok bool)
	// Sizes tells what was sent before the sink was added.
	Sizes(now time.Time) []simulcast.RungSize
	// Use says which encodings, as bits, a sink has receivers for.
	Use(sink packet.Sink, encodings uint8)
}

// feed is one published track on one shard: who gets it there, what it offers,
// and the packets that can be sent again.
type feed struct {
	shard  *Shard
	source Source
	queued atomic.Int32 // packets in the mailbox

	// owned by the shard
	streams   []*Stream
	pending   []*packet.Packet // of this batch
	padding   []uint8          // for each of them, see equalize
	reached   int              // so many of them were somebody's at once, and not for a pacer
	changed   bool             // the ladder has, in this batch
	sound     bool
	window    int
	rings     [simulcast.MaxEncodings]*packet.Ring
	recent    [simulcast.MaxEncodings]recent // zero before the first keyframe
	ladder    simulcast.Ladder
	audioRoom *audioRoom       // nil where all sound is forwarded
	heard     packet.ExtSeq    // newest packet of sound that was forwarded
	spare     []*packet.Packet // reused
	rates     rates
	way       uplink
	still     stillness
	levels    []bwe.Level // see levelsAt
	leveled   time.Time
	seen      uint32 // version of the ladder that the streams have followed
	leveledAs uint32
	usedSince [simulcast.MaxEncodings]time.Time // zero while it is not
	used      uint8                             // encodings, as last told to the source
	toTell    bool                              // whether they may have changed
	closed    bool
}

func newFeed(s *Shard, src Source, window int) *feed {
	return &feed{shard: s, source: src, window: window}
}

// recent is the last keyframe of an encoding.
type recent struct {
	seq       packet.ExtSeq
	timestamp uint32
	at        time.Time
}

// ring returns the packets of an encoding, which must be known.
func (f *feed) ring(layer packet.Layer) *packet.Ring {
	if f.rings[layer] == nil {
		f.rings[layer] = packet.NewRing(f.window)
	}
	return f.rings[layer]
}

// newest returns the highest number of all encodings.
func (f *feed) newest() packet.ExtSeq {
	var newest packet.ExtSeq
	for _, ring := range f.rings {
		if ring != nil {
			newest = max(newest, ring.Highest())
		}
	}
	return newest
}

// reference returns what ties an encoding to the clock of all.
func (f *feed) reference(layer packet.Layer) simulcast.Reference {
	rtp, wall, ok := f.source.Reference(layer)
	if !ok {
		return simulcast.Reference{}
	}
	return simulcast.Reference{RTP: rtp, Wall: wall}
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

// prepare makes the batch's packets ready for the streams.
func (f *feed) prepare(now time.Time) {
	f.changed = false
	if f.closed {
		return
	}
	f.stir(now)
	f.look()
	if f.audioRoom != nil {
		f.keepLoudest()
	}
	f.changed = f.expire(now)
	f.padding = equalize(f.padding[:0], f.pending)
}

// release gives the batch's packets back.
func (f *feed) release(l *latency) {
	for i, p := range f.pending {
		if i < f.reached && f.used>>p.Layer&1 != 0 {
			l.sealed(p.Arrival)
		}
		p.Release()
		f.pending[i] = nil
	}
	f.pending, f.reached = f.pending[:0], 0
}

// look keeps the batch's packets, and sees what they say about the ladder before
// any stream chooses by it.
func (f *feed) look() {
	for _, p := range f.pending {
		f.ring(p.Layer).Put(p)
		f.ladder.Observe(p, p.Arrival)
		f.rates.observe(p)
		f.remember(p)
	}
}

// remember notes where the last keyframe of an encoding begins. Of H.264 several
// packets of a frame may be beginnings: parameter sets, and the picture itself.
func (f *feed) remember(p *packet.Packet) {
	last := &f.recent[p.Layer]
	if !p.Keyframe || p.Seq < last.seq && p.Timestamp != last.timestamp {
		return
	}
	if last.at.IsZero() || p.Timestamp != last.timestamp {
		*last = recent{p.Seq, p.Timestamp, p.Arrival}
	}
	last.seq = min(last.seq, p.Seq)
}

// expire notices encodings that have ended, and lets the streams follow what has
// changed. It reports whether anything has.
func (f *feed) expire(now time.Time) (changed bool) {
	f.ladder.Expire(now)
	if f.seen == f.ladder.Version() {
		return false
	}
	f.seen = f.ladder.Version()
	for _, st := range f.streams {
		if st.started {
			st.sub.link.allocate(now)
			st.retarget()
		}
	}
	f.tellUse()
	return true
}

func (f *feed) add(st *Stream) { f.streams = append(f.streams, st) }

// remove takes a stream out, and ends the feed with its last stream.
func (f *feed) remove(st *Stream) {
	f.streams = slices.DeleteFunc(f.streams, func(x *Stream) bool { return x == st })
	if len(f.streams) > 0 || f.closed {
		f.tellUse()
		return
	}
	f.closed = true
	f.leaveAudioRoom()
	f.source.RemoveSink(f)
	for _, ring := range f.rings {
		if ring != nil {
			ring.Clear()
		}
	}
	delete(f.shard.feeds, f.source)
}

// tellUse makes the shard tell the source, at the end of its batch, which
// encodings are used.
func (f *feed) tellUse() {
	if !f.toTell {
		f.toTell = true
		f.shard.toTell = append(f.shard.toTell, f)
	}
}

// tell tells the source which encodings are used, if that has changed.
func (f *feed) tell() {
	f.toTell = false
	if f.closed {
		return
	}
	var used uint8
	for _, st := range f.streams {
		used |= st.uses()
	}
	if used != f.used {
		f.note(used)
		f.source.Use(f, used)
	}
}

// note takes note of the encodings that are used from now on, and since when.
func (f *feed) note(used uint8) {
	now := time.Now()
	for i := range f.usedSince {
		switch bit := uint8(1) << i; {
		case used&bit == 0:
			f.usedSince[i] = time.Time{}
		case f.used&bit == 0:
			f.usedSince[i] = now
		}
	}
	f.used = used
}
