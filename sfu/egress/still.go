package egress

import (
	"time"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

// A picture that stands still is no freeze while the publisher makes no other one, as
// of a screen on which nothing moves. When nothing of a track comes, that may be it, or
// its packets do not get through. Two things tell:
//
//   - The next picture. If its timestamp is as much later than that of the one before
//     as it came later, and no number is missing between them, then none was made
//     meanwhile. Until it has come the track's streams are not judged.
//   - After stillLimit, the publisher's sender reports: while they go on, the way here
//     is open.
const (
	// stillAfter is the shortest silence that can be a freeze, see quality.Freezes.
	stillAfter = 150 * time.Millisecond
	// stillSlack is by how much a picture may be late that was made just now.
	stillSlack = 100 * time.Millisecond
	stillLimit = 2 * time.Second
	videoClock = 90_000 // timestamps a second (RFC 6184 section 5.1 and all others)
)

// stillness is what a feed knows of pictures that are not made.
type stillness struct {
	heard   time.Time // when the newest batch came, zero before the first
	lasting bool      // since stillLimit or longer
}

// undecided reports whether it cannot be told yet if the publisher makes no pictures.
func (s *stillness) undecided(now time.Time) bool {
	silence := now.Sub(s.heard)
	return !s.lasting && silence >= stillAfter && silence < stillLimit
}

// stir takes note of a batch, before its packets are in the rings.
func (f *feed) stir(now time.Time) {
	s := &f.still
	silence, first := now.Sub(s.heard), s.heard.IsZero()
	before, lasted := s.heard, s.lasting
	s.heard, s.lasting = now, false
	if first || silence < stillAfter {
		return
	}
	idle := lasted || f.madeJustNow(silence)
	for _, st := range f.streams {
		if !st.shows() {
			continue
		}
		if idle {
			st.judged.meter.Pause(before)
			st.judged.meter.Resume(now)
		}
		st.judge(now)
	}
}

// madeJustNow reports whether the first packet of the batch is of a picture that was
// made as long after the one before as it came.
func (f *feed) madeJustNow(silence time.Duration) bool {
	p := f.pending[0]
	ring := f.ring(p.Layer)
	last := ring.Get(ring.Highest())
	if last == nil || p.Seq != last.Seq+1 || p.Epoch != last.Epoch {
		return false
	}
	made := time.Duration(p.Timestamp-last.Timestamp) * time.Second / videoClock
	return (silence - made).Abs() <= stillSlack
}

// rest notices that the publisher has made no pictures for a while. It is called with
// every tick. Who waits for a first picture, or for one after a pause, waits on.
func (f *feed) rest(now time.Time) {
	s := &f.still
	if s.lasting || s.heard.IsZero() || now.Sub(s.heard) < stillLimit || !f.reports() {
		return
	}
	s.lasting = true
	for _, st := range f.streams {
		if st.begun && st.shows() {
			st.judged.meter.Pause(s.heard)
		}
	}
}

// reports reports whether the publisher has sent a report since its last packet, or
// sends none.
func (f *feed) reports() bool {
	known := false
	for layer, ring := range f.rings {
		if ring == nil {
			continue
		}
		ref := f.reference(packet.Layer(layer)) //nolint:gosec // an index
		if ref.Known() && ref.Wall.Sub(f.still.heard) > stillAfter {
			return true
		}
		known = known || ref.Known()
	}
	return !known
}

// shows reports whether the stream is a video that nobody has stopped.
func (st *Stream) shows() bool { return st.video != nil && st.started && !st.selector.Paused() }
