package nack

import (
	"time"

	"github.com/atrium-rtc/atrium/internal/invariant"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// How often one packet may be sent again. A subscriber's NACK costs it a few
// octets and us a packet, so the figures bound what a hostile or confused one
// can make us send.
const (
	MaxResends      = 3
	maxResendSpread = 100 * time.Millisecond // spacing is min(this, 2 RTT), and on long ways more
	maxResendAge    = 2 * time.Second        // older packets come too late to be played
)

// Source says where an outgoing packet came from, and what it needs to go out
// again unchanged after the Rewriter has moved on to another source.
type Source struct {
	Seq   packet.ExtSeq // in the ring of the layer
	Layer packet.Layer

	// Outgoing, as in simulcast.Output.
	Marker    bool
	TL0PICIDX uint8
	PictureID uint16
	Timestamp uint32
}

// Verdict is the answer to a request for retransmission.
type Verdict uint8

// The verdicts. Only Resend permits sending.
const (
	Resend   Verdict = iota + 1 // send it, and say so with Resent
	TooSoon                     // sent again less than resendSpacing ago
	TooOften                    // sent again MaxResends times already
	Unknown                     // never sent, or too long ago
)

// String returns a name for metrics and test failures.
func (v Verdict) String() string {
	switch v {
	case Resend:
		return "resend"
	case TooSoon:
		return "too soon"
	case TooOften:
		return "too often"
	case Unknown:
		return "unknown"
	default:
		return "invalid"
	}
}

// History remembers what was sent to one subscriber on one stream, by outgoing
// sequence number. It is owned by one goroutine.
type History struct {
	sent  []sent
	limit int
	start time.Time // sent.at counts from here
}

// sent is one outgoing packet. 32 octets: there is one ring for each stream of
// each subscriber.
type sent struct {
	source  Source
	at      uint32 // microseconds since History.start when last sent, modulo 2^32
	out     uint16
	resends uint8
	used    bool
}

// firstHistory is what a History remembers before it has to grow.
const firstHistory = 64

// NewHistory returns a History of the last size packets, a power of two: 1024
// is two to ten seconds of video. It takes no more memory than the stream's rate
// needs to remember all that Request would allow.
func NewHistory(size int) *History {
	invariant.Check(size > 0 && size <= 1<<15 && size&(size-1) == 0, "history size %d", size)
	return &History{sent: make([]sent, min(size, firstHistory)), limit: size}
}

// Sent records that the packet went out as out for the first time.
func (h *History) Sent(out uint16, source Source, now time.Time) {
	if h.start.IsZero() {
		h.start = now
	}
	for s := h.slot(out); s.used && len(h.sent) < h.limit && h.since(s.at, now) <= maxResendAge; s = h.slot(out) {
		h.grow()
	}
	*h.slot(out) = sent{source: source, at: h.micros(now), out: out, used: true}
}

// grow doubles what is remembered.
func (h *History) grow() {
	old := h.sent
	h.sent = make([]sent, 2*len(old))
	for _, s := range old {
		if s.used {
			*h.slot(s.out) = s
		}
	}
}

// Source returns where the packet came from that went out as out. ok is false when that
// is not known, or not any more.
func (h *History) Source(out uint16) (from Source, ok bool) {
	s := h.slot(out)
	return s.source, s.used && s.out == out
}

// Request decides whether the packet that went out as out may go out again, and
// says where it came from. rtt is the round trip to the subscriber, zero or less
// while unknown.
func (h *History) Request(out uint16, now time.Time, rtt time.Duration) (Source, Verdict) {
	s := h.slot(out)
	if !s.used || s.out != out {
		return Source{}, Unknown
	}
	elapsed := h.since(s.at, now)
	switch {
	case elapsed > maxResendAge:
		return Source{}, Unknown
	case s.resends >= MaxResends:
		return s.source, TooOften
	case s.resends > 0 && elapsed < resendSpacing(rtt):
		return s.source, TooSoon
	}
	return s.source, Resend
}

// Resent counts a packet that Request allowed as sent again.
func (h *History) Resent(out uint16, now time.Time) {
	if s := h.slot(out); s.used && s.out == out {
		s.resends++
		s.at = h.micros(now)
	}
}

// Wait returns how long it is until Request would no longer say TooSoon, and 0
// when it does not say so now. A receiver asks again after a round trip, which
// is often a little early: better to wait than to refuse, since it will not ask
// again for another round trip.
func (h *History) Wait(out uint16, now time.Time, rtt time.Duration) time.Duration {
	s := h.slot(out)
	if !s.used || s.out != out || s.resends == 0 || s.resends >= MaxResends {
		return 0
	}
	return max(0, resendSpacing(rtt)-h.since(s.at, now))
}

// Prefetch reads the place of a packet that is about to be sent, so that its
// memory is at hand then. The result means nothing.
func (h *History) Prefetch(out uint16) byte { return h.slot(out).resends }

func (h *History) slot(out uint16) *sent { return &h.sent[int(out)&(len(h.sent)-1)] }

func (h *History) micros(now time.Time) uint32 {
	return uint32(now.Sub(h.start).Microseconds()) // modulo 2^32 is meant
}

// since returns how long ago at was, at the least: both times are whole
// microseconds, rounded down.
func (h *History) since(at uint32, now time.Time) time.Duration {
	elapsed := h.micros(now) - at // modulo 2^32 is meant
	if elapsed == 0 {
		return 0
	}
	return time.Duration(elapsed-1) * time.Microsecond
}

// resendSpacing is min(100 ms, 2 RTT), and 100 ms while the RTT is unknown. Where
// the round trip takes longer it is three quarters of it: who asks again sooner
// cannot know yet what became of the repair, and the second one would take from
// the budget of another packet.
func resendSpacing(rtt time.Duration) time.Duration {
	if rtt <= 0 {
		return maxResendSpread
	}
	return max(min(maxResendSpread, 2*rtt), 3*rtt/4)
}
