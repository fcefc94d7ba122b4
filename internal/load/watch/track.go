package watch

import (
	"slices"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/transport"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// strayTime is how long late packets of the source before are ignored: they do
// not mean that it came back.
const strayTime = 2 * time.Second

// track is the audio or the video of a subscription, whatever source it comes
// from at the moment. It is owned by the Receiver.
type track struct {
	source   *source // nil before the first packet
	codec    codec.Codec
	suspects bool // suspect is set
	paused   bool
	picture  *picture // video only
	sound    *sound   // audio only
	counts   Delivery
	first    time.Time // the first packet
	last     time.Time // the newest

	stream   *transport.Stream
	previous uint32 // the SSRC before, if replaced is set
	replaced time.Time
	suspect  arrival       // may have begun a new sequence; see receive
	closed   uint64        // lost of sources that ended
	playing  time.Duration // since the first frame or packet, without pauses
}

// receive takes a packet and reports whether it came for the first time.
func (t *track) receive(a *arrival) (isFresh bool) {
	if !t.route(a) {
		t.counts.Stray++
		return false
	}
	if t.source.place(a) {
		t.suspects = false
		return t.accept(a)
	}
	if a.repair {
		return false
	}
	if !t.suspects || a.number != t.suspect.number+1 {
		t.suspect, t.suspects = *a, true
		return false
	}
	// Two in a row that fit each other and nothing before: the source restarted.
	t.begin(a.ssrc)
	t.suspects = false
	if t.source.place(&t.suspect) {
		t.accept(&t.suspect)
	}
	return t.source.place(a) && t.accept(a)
}

// route makes sure that the packet's source is the present one.
func (t *track) route(a *arrival) bool {
	if t.source != nil && a.ssrc == t.source.ssrc {
		return true
	}
	if a.repair || (!t.replaced.IsZero() && a.ssrc == t.previous && a.now.Sub(t.replaced) < strayTime) {
		return false
	}
	if t.source != nil {
		t.previous, t.replaced = t.source.ssrc, a.now
	}
	t.begin(a.ssrc)
	return true
}

// begin closes the present source and starts another.
func (t *track) begin(ssrc uint32) {
	s := &source{
		ssrc: ssrc, clockRate: int64(t.stream.ClockRate),
		nack: t.stream.NACK, repeats: t.stream.RTXPayloadType == 0,
	}
	s.reception.clockRate = float64(t.stream.ClockRate)
	if t.source != nil {
		t.source.ledger.close()
		t.closed += t.source.ledger.lost
		if t.picture != nil {
			t.picture.restart()
		}
		if t.sound != nil {
			t.sound.restart()
		}
	}
	if t.sound != nil {
		s.ledger.decided = t.sound.gaps.decided
	}
	t.source = s
}

// accept counts a packet of the present source.
func (t *track) accept(a *arrival) (isFresh bool) {
	s := t.source
	highest := s.ledger.highest
	if !a.repair {
		s.reception.received(a.seq, a.timestamp, a.now)
	}
	switch s.ledger.add(a.seq) {
	case duplicate:
		t.counts.Duplicates++
		return false
	case tooLate:
		t.counts.TooLate++
		return false
	case fresh:
	}
	t.counts.Packets++
	t.counts.Octets += uint64(a.octets)
	if a.repair || (s.repeats && s.ledger.wasAsked(a.seq)) {
		t.counts.Repaired++
	}
	s.detect(a, highest)
	if t.first.IsZero() {
		t.first = a.now
	}
	t.last = a.now
	if t.picture != nil {
		t.picture.received(a)
	} else if !t.sound.received(a) {
		s.ledger.noteUnusable(a.seq)
	}
	return true
}

// original returns the SSRC that a retransmission stream repairs: the one that
// was announced beside it, else the present one.
func (t *track) original(rtx uint32) (ssrc uint32, ok bool) {
	i := slices.Index(t.stream.RTXSSRCs, rtx)
	switch {
	case i >= 0 && i < len(t.stream.SSRCs):
		return t.stream.SSRCs[i], true
	case t.source != nil:
		return t.source.ssrc, true
	default:
		return 0, false
	}
}

// tick lets time pass.
func (t *track) tick(now time.Time, passed time.Duration, paused bool) {
	if t.source != nil {
		t.source.ledger.tick(now)
	}
	if !t.paused && t.begun() {
		t.playing += passed
	}
	if paused == t.paused {
		return
	}
	t.paused = paused
	switch {
	case t.picture == nil:
		t.last = now
	case paused:
		t.picture.freezes.pause()
	default:
		t.picture.freezes.resume(now)
	}
}

// begun reports whether there is something to watch or hear.
func (t *track) begun() bool {
	if t.picture != nil {
		return t.picture.freezes.started
	}
	return !t.first.IsZero()
}

// delivery returns what came so far.
func (t *track) delivery() Delivery {
	d := t.counts
	d.Lost = t.closed
	if t.source != nil {
		d.Lost += t.source.ledger.lost
		d.Pending = t.source.ledger.pending()
	}
	return d
}
