package simulcast

import (
	"time"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

// Rewriter maps the sequence numbers and timestamps of successive sources onto
// one outgoing RTP stream. Inside a source distances are kept, so that loss
// before the server shows as loss after it and reordering stays reordering. At
// a switch the sequence numbers go on without a gap and the timestamps advance
// by the time that passed. It is owned by one goroutine.
type Rewriter struct {
	clockRate uint32 // Hz

	started  bool
	srcFirst packet.ExtSeq // first packet of the present source
	outFirst packet.ExtSeq // and the number it went out with
	outNext  packet.ExtSeq // above every number used so far
	tsOffset uint32        // outgoing timestamp minus source timestamp

	// The outgoing timeline in ticks; a timestamp is its low 32 bits. Anchor and
	// anchorAt are one point of it, the time of any other follows from the clock
	// rate.
	highest  uint64 // latest used so far
	anchor   uint64
	anchorAt time.Time
}

// maxJump is the largest gap that is passed on. A source that jumps further has
// restarted, and the stream goes on without a gap: SRTP takes a jump of more than
// half a cycle for a step back, and would use the keystream of a number twice
// (RFC 3711 section 3.3.1).
const maxJump = 1 << 14

// NewRewriter returns a Rewriter whose first packet goes out with the given
// sequence number and timestamp, which RFC 3550 section 5.1 wants to be random.
// clockRate is in Hz.
func NewRewriter(clockRate uint32, firstSeq uint16, firstTS uint32) *Rewriter {
	return &Rewriter{
		clockRate: clockRate,
		outNext:   packet.ExtSeq(1<<16) + packet.ExtSeq(firstSeq), // one cycle up, as in packet.Unwrapper
		highest:   uint64(firstTS),
		anchor:    uint64(firstTS),
	}
}

// Switch starts a new source with the packet of the given sequence number and
// timestamp, which arrived at now. That packet is then given to Rewrite like any
// other. Packets of the source from before it are refused from now on.
func (r *Rewriter) Switch(seq packet.ExtSeq, ts uint32, now time.Time) {
	out := r.anchor
	if r.started {
		// The new source's frame may have been captured at the same moment as
		// the last one that went out, or have come early: time still advances.
		out = max(out+r.ticks(now.Sub(r.anchorAt)), r.highest+r.minStep())
	}
	r.srcFirst, r.outFirst = seq, r.outNext
	r.tsOffset = uint32(out) - ts // modulo 2^32 is meant
	r.anchor, r.anchorAt, r.highest = out, now, out
	r.started = true
}

// Resume continues the present source after a pause, with the packet of the
// given sequence number: the numbers go on without a gap, the timestamps as if
// there had been no pause, so that sound and picture stay where they were to
// each other. Before the first Switch it does nothing.
func (r *Rewriter) Resume(seq packet.ExtSeq) {
	if r.started {
		r.srcFirst, r.outFirst = seq, r.outNext
	}
}

// Rewrite returns the outgoing sequence number and timestamp of a packet of the
// present source. ok is false for a packet from before the Switch, whose number
// would collide with one already used: drop it.
func (r *Rewriter) Rewrite(seq packet.ExtSeq, ts uint32) (outSeq uint16, outTS uint32, ok bool) {
	if !r.started || seq < r.srcFirst {
		return 0, 0, false
	}
	out := r.outFirst + (seq - r.srcFirst)
	if out > r.outNext+maxJump {
		r.srcFirst, r.outFirst, out = seq, r.outNext, r.outNext
	}
	if out >= r.outNext {
		r.outNext = out + 1
	}
	outTS = ts + r.tsOffset
	// Read as signed, the distance of two timestamps is the shorter way round.
	if ahead := int32(outTS - uint32(r.highest)); ahead > 0 { // wrapping is the point
		r.highest += uint64(ahead)
	}
	return out.Seq(), outTS, true
}

// Timestamp returns the outgoing form of a timestamp of the present source, for
// sender reports. ok is false before the first Switch.
func (r *Rewriter) Timestamp(ts uint32) (outTS uint32, ok bool) {
	return ts + r.tsOffset, r.started
}

// TimestampAt returns the outgoing timestamp that belongs to the moment now, as
// far as arrival times tell. ok is false before the first Switch.
func (r *Rewriter) TimestampAt(now time.Time) (outTS uint32, ok bool) {
	return uint32(r.anchor + r.ticks(now.Sub(r.anchorAt))), r.started // modulo 2^32 is meant
}

// ticks converts a duration to clock ticks, zero when it is negative. Seconds
// and the rest are taken apart so that nothing overflows.
func (r *Rewriter) ticks(d time.Duration) uint64 {
	if d <= 0 {
		return 0
	}
	rate := uint64(r.clockRate)
	seconds, rest := uint64(d/time.Second), uint64(d%time.Second)
	return seconds*rate + rest*rate/uint64(time.Second)
}

// minStep is the least advance between frames of two sources: a millisecond.
func (r *Rewriter) minStep() uint64 { return max(uint64(r.clockRate)/1000, 1) }
