package bwe

import "time"

const (
	// firstSentHistory and maxSentHistory are how many packets are remembered at
	// first and at most. The most is two seconds of 80 Mbit/s.
	firstSentHistory = 256
	maxSentHistory   = 1 << 14
	// sentLifetime is how long a packet must be remembered, if the most allows it:
	// a round trip, the interval of feedback, and some feedback that got lost.
	sentLifetime = 2 * time.Second
)

// sentHistory remembers what one connection sent, by transport-wide number, until
// the receiver's feedback tells what became of it. It is a ring of the last numbers
// that doubles while it would forget packets younger than sentLifetime; it never
// shrinks. The zero value is ready, and takes no memory before the first packet.
//
// Feedback may be lost, late, repeated or out of order, and may say anything: each
// packet is told of once as lost and once as received at most (libwebrtc:
// TransportFeedbackAdapter).
type sentHistory struct {
	ring   []sentPacket // its length is a power of two
	base   time.Time    // when the first packet was sent
	newest uint16       // the last number
}

// sentPacket is one packet of the history. There are many: 16 octets.
type sentPacket struct {
	at    int64 // microseconds since sentHistory.base
	size  uint16
	probe ProbeID
	class Class
	fate  fate
}

// fate is what feedback said of a packet so far.
type fate uint8

const (
	neverSent fate = iota // the number was left out
	unreported
	reportedLost
	reportedReceived
)

// sent takes note of a packet. Numbers ascend, modulo 2^16; some may be left out. A
// number that is not above the last one is ignored.
func (h *sentHistory) sent(seq uint16, class Class, size int, probe ProbeID, now time.Time) {
	if h.ring == nil {
		h.ring = make([]sentPacket, firstSentHistory)
		h.base, h.newest = now, seq-1
	}
	if !above(seq, h.newest) {
		return
	}
	at := now.Sub(h.base).Microseconds()
	for h.newest != seq {
		h.advance(at)
	}
	octets := uint16(min(max(size, 0), 1<<16-1)) //nolint:gosec // bounded
	*h.slot(seq) = sentPacket{at: at, size: octets, probe: probe, class: class, fate: unreported}
}

// acknowledge takes what feedback says of a packet, and returns the result if there
// is news: when the packet is reported as received for the first time, or as lost
// for the first time and not received before. late is set for a packet received
// after it was reported as lost: whoever counted it as lost must take that back.
//
// Of numbers that were not sent, or too long ago, nothing is known. A Result has
// the time of sending in whole microseconds since the first packet.
func (h *sentHistory) acknowledge(seq uint16, received bool, arrived time.Duration) (r Result, class Class, late, ok bool) {
	if !h.holds(seq) {
		return Result{}, 0, false, false
	}
	p := h.slot(seq)
	switch {
	case received && (p.fate == unreported || p.fate == reportedLost):
		late, p.fate = p.fate == reportedLost, reportedReceived
	case !received && p.fate == unreported:
		arrived, p.fate = 0, reportedLost
	default:
		return Result{}, 0, false, false
	}
	r = Result{Sent: h.time(p), Arrived: arrived, Size: int(p.size), Probe: p.probe, Received: received}
	return r, p.class, late, true
}

// holds reports whether a number is one of the last that the ring has room for.
func (h *sentHistory) holds(seq uint16) bool { return int(h.newest-seq) < len(h.ring) }

// advance makes the next number the newest. Its place was that of the oldest one.
func (h *sentHistory) advance(at int64) {
	next := h.newest + 1
	for len(h.ring) < maxSentHistory {
		oldest := h.slot(next)
		if oldest.fate == neverSent || at-oldest.at >= sentLifetime.Microseconds() {
			break
		}
		h.grow()
	}
	*h.slot(next) = sentPacket{}
	h.newest = next
}

// grow doubles what is remembered.
func (h *sentHistory) grow() {
	old := h.ring
	h.ring = make([]sentPacket, 2*len(old))
	seq := h.newest
	for range old {
		*h.slot(seq) = old[int(seq)&(len(old)-1)]
		seq--
	}
}

func (h *sentHistory) slot(seq uint16) *sentPacket { return &h.ring[int(seq)&(len(h.ring)-1)] }

func (h *sentHistory) time(p *sentPacket) time.Time {
	return h.base.Add(time.Duration(p.at) * time.Microsecond)
}

// above reports whether the number a comes after b, modulo 2^16: the way up from b
// is the shorter one (RFC 1982).
func above(a, b uint16) bool { return a != b && a-b < 1<<15 }
