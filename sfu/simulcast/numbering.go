package simulcast

import (
	"math/bits"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

const (
	// leftOutWindow is how far behind the newest number of a source a late one
	// may come and still find its place.
	leftOutWindow = 512
	// maxJump is the largest gap that is passed on. A source that jumps further
	// has restarted, and the stream goes on without a gap: SRTP takes a jump of
	// more than half a cycle for a step back, and would use the keystream of a
	// number twice (RFC 3711 section 3.3.1).
	maxJump = 1 << 14
)

// numbering maps the numbers of successive sources onto one outgoing space
// without gaps where numbers are left out on purpose. A number that has not come
// keeps its place, since it may still come: loss before the server shows as loss
// after it.
//
//	source   11 12 13 14 15 16        13 was left out, 15 has not come
//	out      41 42  . 43 44 45
//
// What was left out is remembered as one bit each, so that the place of a late
// number is a population count. Sequence numbers and VP8's picture ids are
// numbered so.
type numbering struct {
	first, highest packet.ExtSeq // of the present source
	last           packet.ExtSeq // out, of the newest number that was not left out up to highest
	next           packet.ExtSeq // out, above every number used
	leftOut        [leftOutWindow / 64]uint64
	begun          bool // the present source has had a number
	closed         bool // the next new number leaves no gap: those before it are left out
}

// startAt sets the outgoing number of the first packet ever.
func (n *numbering) startAt(out packet.ExtSeq) { n.next = out }

// begin starts a source with its number src, which goes on where the last source
// ended. It must be placed next.
func (n *numbering) begin(src packet.ExtSeq) {
	n.first, n.highest, n.last = src, src, n.next
	n.leftOut, n.begun, n.closed = [leftOutWindow / 64]uint64{}, true, false
}

// resume leaves out the numbers between the highest so far and the next new one.
func (n *numbering) resume() { n.closed = true }

// covers reports whether the present source has, or may have had, a number near
// enough to place.
func (n *numbering) covers(src packet.ExtSeq) bool {
	return n.begun && src >= n.first && (src > n.highest || n.highest-src < leftOutWindow)
}

// place returns the outgoing number of src. ok is false for a number from before
// the source began, too far back, or left out.
func (n *numbering) place(src packet.ExtSeq) (out packet.ExtSeq, ok bool) {
	if !n.covers(src) {
		return 0, false
	}
	if src > n.highest {
		n.advance(src)
		n.last += src - n.highest
		n.highest = src
		n.next = n.last + 1
		return n.last, true
	}
	if n.marked(src) {
		return 0, false
	}
	out = n.last - (n.highest - src - n.countLeftOut(src))
	n.next = max(n.next, out+1)
	return out, true
}

// leave takes src out of the outgoing numbers. When later numbers went out
// already its place cannot be closed any more: fill is that place.
func (n *numbering) leave(src packet.ExtSeq) (fill packet.ExtSeq, late bool) {
	if !n.covers(src) {
		return 0, false
	}
	if src <= n.highest {
		if n.highest == src && !n.marked(src) && n.last >= n.next {
			// The newest number has a place that nothing used.
			n.mark(src)
			n.last--
			return 0, false
		}
		return n.place(src)
	}
	n.advance(src)
	n.last += src - n.highest - 1
	n.highest = src
	n.mark(src)
	return 0, false
}

// advance makes room for the numbers up to src, and leaves out those of a gap
// that is no loss.
func (n *numbering) advance(src packet.ExtSeq) {
	gap := src - n.highest - 1
	if gap >= maxJump || n.closed && gap >= leftOutWindow {
		// What came before cannot be told from what may still come.
		n.leftOut, n.closed = [leftOutWindow / 64]uint64{}, false
		n.first, n.highest, n.last = src, src-1, n.next-1
		return
	}
	if gap >= leftOutWindow {
		n.leftOut = [leftOutWindow / 64]uint64{}
		return
	}
	for s := n.highest + 1; s <= src; s++ {
		word, bit := n.at(s)
		*word &^= bit
		if n.closed && s < src {
			*word |= bit
		}
	}
	if n.closed {
		n.highest, n.closed = src-1, false
	}
}

// countLeftOut returns how many of the numbers above src, up to the highest, are
// left out.
func (n *numbering) countLeftOut(src packet.ExtSeq) packet.ExtSeq {
	count := 0
	for s := src + 1; s <= n.highest; {
		word, _ := n.at(s)
		shift := s % 64
		take := min(64-shift, n.highest-s+1)
		mask := ^uint64(0)
		if take < 64 {
			mask = 1<<take - 1
		}
		count += bits.OnesCount64(*word >> shift & mask)
		s += take
	}
	return packet.ExtSeq(count) //nolint:gosec // not negative
}

// left reports whether src is known to be left out.
func (n *numbering) left(src packet.ExtSeq) bool {
	return n.covers(src) && src <= n.highest && n.marked(src)
}

// marked looks up a number of the window.
func (n *numbering) marked(src packet.ExtSeq) bool {
	word, bit := n.at(src)
	return *word&bit != 0
}

func (n *numbering) mark(src packet.ExtSeq) {
	word, bit := n.at(src)
	*word |= bit
}

func (n *numbering) at(src packet.ExtSeq) (*uint64, uint64) {
	i := src % leftOutWindow
	return &n.leftOut[i/64], 1 << (i % 64)
}
