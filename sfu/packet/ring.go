package packet

import "github.com/atrium-rtc/atrium/internal/invariant"

// Ring keeps the most recent packets of one stream by sequence number, to
// answer requests for retransmission. It is owned by one goroutine.
type Ring struct {
	slots   []*Packet
	highest ExtSeq // valid once a packet was put
	started bool
}

// NewRing returns a ring whose window is size sequence numbers, a power of two.
func NewRing(size int) *Ring {
	invariant.Check(size > 0 && size&(size-1) == 0, "ring size %d is not a power of two", size)
	return &Ring{slots: make([]*Packet, size)}
}

// Size returns the window, in sequence numbers.
func (r *Ring) Size() int { return len(r.slots) }

// Highest returns the highest number put so far, 0 before the first.
func (r *Ring) Highest() ExtSeq { return r.highest }

// Put stores the packet under its Seq, retains it, and releases the packet whose
// place it takes. It reports whether it did: a packet older than the window and
// a second packet with a number that is there already are ignored.
func (r *Ring) Put(p *Packet) bool {
	if r.started && !r.inWindow(p.Seq) {
		return false
	}
	slot := r.slot(p.Seq)
	old := *slot
	if old != nil && old.Seq == p.Seq {
		return false
	}
	p.Retain()
	*slot = p
	if !r.started || p.Seq > r.highest {
		r.highest, r.started = p.Seq, true
	}
	if old != nil {
		old.Release()
	}
	return true
}

// Get returns the packet with that number, or nil when it was never put or has
// left the window. The result is not retained: it is valid until the next Put
// or Clear.
func (r *Ring) Get(seq ExtSeq) *Packet {
	if !r.started || !r.inWindow(seq) {
		return nil
	}
	p := *r.slot(seq)
	if p == nil || p.Seq != seq {
		return nil
	}
	return p
}

// Clear releases all packets; the ring is as new afterwards.
func (r *Ring) Clear() {
	for i, p := range r.slots {
		if p != nil {
			r.slots[i] = nil
			p.Release()
		}
	}
	r.highest, r.started = 0, false
}

// inWindow reports whether seq is not too old; numbers ahead of the highest are
// always in, they move the window.
func (r *Ring) inWindow(seq ExtSeq) bool {
	return seq+ExtSeq(len(r.slots)) > r.highest
}

func (r *Ring) slot(seq ExtSeq) **Packet {
	return &r.slots[seq&ExtSeq(len(r.slots)-1)]
}
