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

	started   bool
	srcFirst  packet.ExtSeq // first packet of the present source
	outFirst  packet.ExtSeq // and the number it went out with
	outNext   packet.ExtSeq // above every number used so far
	tsOffset  uint32        // outgoing timestamp minus source timestamp
	highestTS uint32        // latest outgoing timestamp used so far

	// One point of the outgoing timeline; the time of any other timestamp
	// follows from the clock rate.
	anchorTS uint32
	anchorAt time.Time
}

// NewRewriter returns a Rewriter whose first packet goes out with the given
// sequence number and timestamp, which RFC 3550 section 5.1 wants to be random.
// clockRate is in Hz.
func NewRewriter(clockRate uint32, firstSeq uint16, firstTS uint32) *Rewriter {
	// One cycle up, as in packet.Unwrapper.
	first := packet.ExtSeq(1<<16) + packet.ExtSeq(firstSeq)
	return &Rewriter{clockRate: clockRate, outNext: first, highestTS: firstTS, anchorTS: firstTS}
}

// Switch starts a new source, or the same one after a pause, with the packet of
// the given sequence number and timestamp, which arrived at now. That packet is
// then given to Rewrite like any other. Packets of the source from before it are
// refused from now on.
func (r *Rewriter) Switch(seq packet.ExtSeq, ts uint32, now time.Time) {
	out := r.anchorTS
	if r.started {
		out += r.ticks(now.Sub(r.anchorAt))
		// The new source's frame may have been captured at the same moment as
		// the last one that went out, or have come early: time still advances.
		if earliest := r.highestTS + r.minStep(); int32(out-earliest) < 0 { //nolint:gosec // serial number arithmetic
			out = earliest
		}
	}
	r.srcFirst, r.outFirst = seq, r.outNext
	r.tsOffset = out - ts
	r.anchorTS, r.anchorAt = out, now
	r.started = true
}

// Rewrite returns the outgoing sequence number and timestamp of a packet of the
// present source. ok is false for a packet from before the Switch, whose number
// would collide with one already used: drop it.
func (r *Rewriter) Rewrite(seq packet.ExtSeq, ts uint32) (outSeq uint16, outTS uint32, ok bool) {
	if !r.started || seq < r.srcFirst {
		return 0, 0, false
	}
	out := r.outFirst + (seq - r.srcFirst)
	if out >= r.outNext {
		r.outNext = out + 1
	}
	outTS = ts + r.tsOffset
	if int32(outTS-r.highestTS) > 0 { //nolint:gosec // serial number arithmetic
		r.highestTS = outTS
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
	return r.anchorTS + r.ticks(now.Sub(r.anchorAt)), r.started
}

// ticks converts a duration to clock ticks, modulo 2^32 like the timestamp
// itself. Seconds and the rest are taken apart so that nothing overflows.
func (r *Rewriter) ticks(d time.Duration) uint32 {
	if d <= 0 {
		return 0
	}
	rate := uint64(r.clockRate)
	seconds, rest := uint64(d/time.Second), uint64(d%time.Second)
	return uint32(seconds*rate + rest*rate/uint64(time.Second)) //nolint:gosec // modulo 2^32 is meant
}

// minStep is the least advance between frames of two sources: a millisecond.
func (r *Rewriter) minStep() uint32 { return max(r.clockRate/1000, 1) }
