package simulcast

import (
	"time"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

// Output is what a packet is sent as.
type Output struct {
	Seq       uint16
	Timestamp uint32
	// PictureID (of VP8 and VP9) or frame number (of the dependency descriptor),
	// to be cut to the width that the packet has, and TL0PICIDX. They mean
	// nothing for packets that have none.
	PictureID uint16
	TL0PICIDX uint8
}

// Reference ties an RTP timestamp of one encoding to a moment of a clock that
// all encodings of the publisher share, as its sender reports do. The zero value
// is no reference.
type Reference struct {
	RTP  uint32
	Wall time.Time
}

// Known reports whether there is a reference at all.
func (r Reference) Known() bool { return !r.Wall.IsZero() }

// Rewriter maps the packets of successive sources onto one outgoing RTP stream.
// Inside a source distances are kept, so that loss before the server shows as
// loss after it and reordering stays reordering; only what is left out on
// purpose closes up. At a switch the numbers go on without a gap, and the
// timestamps advance by the time between the frames' captures. It is owned by
// one goroutine.
type Rewriter struct {
	sequence numbering
	pictures numbering // picture ids or frame numbers
	timeline timeline

	compact   bool // picture ids close up where frames are left out
	pictured  bool // a picture id was seen
	tl0Offset uint8
	lastTL0   uint8
	resumed   packet.ExtSeq // first number of the source since it was resumed
	tl0Before uint8         // tl0Offset of those before
	started   bool
}

// NewRewriter returns a Rewriter whose first packet goes out with the given
// sequence number and timestamp, which RFC 3550 section 5.1 wants to be random.
// clockRate is in Hz.
//
// compactPictures says that picture ids close up where frames are left out, as
// VP8's must: a receiver takes a gap for a frame that is still to come. VP9's
// picture ids and the frame numbers of the dependency descriptor must not, since
// frames name the ones that they refer to by the distance in these numbers.
func NewRewriter(clockRate uint32, firstSeq uint16, firstTS uint32, compactPictures bool) *Rewriter {
	r := &Rewriter{timeline: newTimeline(clockRate, firstTS), compact: compactPictures}
	r.sequence.startAt(packet.ExtSeq(1<<16) + packet.ExtSeq(firstSeq)) // one cycle up, as in packet.Unwrapper
	return r
}

// Switch starts a new source with p, which came at now. That packet is then
// given to Rewrite like any other. Packets of the source from before it are
// refused from now on. before and after are references of the source so far and
// of the new one: when both are known the timestamps advance by the time between
// the captures, else by the time between the arrivals.
func (r *Rewriter) Switch(p *packet.Packet, before, after Reference, now time.Time) {
	r.timeline.begin(p.Timestamp, before, after, now)
	r.sequence.begin(p.Seq)
	if p.PictureIDBits != 0 {
		r.beginPictures(p.PictureID)
	}
	if r.started {
		r.tl0Offset = r.lastTL0 + 1 - p.TL0PICIDX // modulo 2^8 is meant
	} else {
		r.lastTL0 = p.TL0PICIDX // the numbers of the first source stay as they are
	}
	r.resumed, r.started = 0, true
}

// Replay starts the very first source with p, a keyframe that came a while ago:
// what came since is sent at once, up to the frame with the timestamp newest, and
// the timestamps of these frames are close to each other, so that the receiver
// plays them as fast as it can and goes on with what is live. Where the stream
// has begun already it does nothing and returns false.
func (r *Rewriter) Replay(p *packet.Packet, newest uint32, now time.Time) bool {
	if r.started {
		return false
	}
	r.Switch(p, Reference{}, Reference{}, now)
	r.timeline.beginBehind(p.Timestamp, newest, now)
	return true
}

// Resume continues the present source after a pause, with p: the numbers go on
// without a gap, the timestamps as if there had been no pause, so that sound and
// picture stay where they were to each other. Packets from the pause are refused
// from now on; p may be one from before it that comes late. Before the first
// Switch it does nothing.
func (r *Rewriter) Resume(p *packet.Packet) {
	if !r.started {
		return
	}
	if p.Seq > r.sequence.highest {
		r.resumed, r.tl0Before = p.Seq, r.tl0Offset
		r.tl0Offset = r.lastTL0 + 1 - p.TL0PICIDX // modulo 2^8 is meant
	}
	r.sequence.resume()
	r.pictures.resume()
}

// beginPictures lets the picture ids of a source go on where the last one ended,
// and those of the first source stay as they are.
func (r *Rewriter) beginPictures(id packet.ExtSeq) {
	if !r.pictured {
		r.pictures.startAt(id)
		r.pictured = true
	}
	r.pictures.begin(id)
}

// Rewrite returns what a packet of the present source goes out as. ok is false
// for a packet from before the Switch, one that was left out or whose frame was,
// and one too late to find its place: drop it.
func (r *Rewriter) Rewrite(p *packet.Packet) (out Output, ok bool) {
	if r.pictureLeft(p) {
		r.sequence.leave(p.Seq)
		return Output{}, false
	}
	seq, ok := r.sequence.place(p.Seq)
	if !ok {
		return Output{}, false
	}
	out.Seq, out.Timestamp = seq.Seq(), r.timeline.place(p.Timestamp, p.Arrival)
	if p.PictureIDBits != 0 {
		out.PictureID = r.picture(p.PictureID)
	}
	if p.HasTL0PICIDX {
		out.TL0PICIDX = r.tl0(p)
	}
	return out, true
}

// tl0 returns the outgoing TL0PICIDX of a packet.
func (r *Rewriter) tl0(p *packet.Packet) uint8 {
	if p.Seq < r.resumed {
		return p.TL0PICIDX + r.tl0Before // modulo 2^8 is meant
	}
	out := p.TL0PICIDX + r.tl0Offset               // likewise
	if ahead := int8(out - r.lastTL0); ahead > 0 { // likewise
		r.lastTL0 = out
	}
	return out
}

// pictureLeft reports whether the packet's frame was left out: some other packet
// of it was, or it is from a pause.
func (r *Rewriter) pictureLeft(p *packet.Packet) bool {
	return p.PictureIDBits != 0 && r.pictures.left(p.PictureID)
}

// picture returns the outgoing picture id of a frame that goes out. An id far
// from the others, of a packet that is not late, means that the source's encoder
// began anew.
func (r *Rewriter) picture(id packet.ExtSeq) uint16 {
	if !r.pictures.covers(id) {
		r.beginPictures(id)
	}
	out, _ := r.pictures.place(id)
	return out.Seq()
}

// Leave takes a packet of the present source out of the stream. When packets
// behind it went out already, the receiver waits for its number: fill is what an
// empty packet must be sent as, and late is true.
func (r *Rewriter) Leave(p *packet.Packet) (fill Output, late bool) {
	if r.compact && p.PictureIDBits != 0 {
		r.pictures.leave(p.PictureID)
	}
	seq, late := r.sequence.leave(p.Seq)
	if !late {
		return Output{}, false
	}
	return Output{Seq: seq.Seq(), Timestamp: r.timeline.place(p.Timestamp, p.Arrival)}, true
}

// Timestamp returns the outgoing form of a timestamp of the present source, for
// sender reports. ok is false before the first Switch.
func (r *Rewriter) Timestamp(ts uint32) (outTS uint32, ok bool) {
	return ts + r.timeline.offset, r.started
}
