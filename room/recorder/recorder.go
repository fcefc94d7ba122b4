package recorder

import (
	"errors"
	"io"
	"slices"
	"time"

	"github.com/atrium-rtc/atrium/sfu/tap"
)

// patience is how long a file waits for all of its tracks to begin, and for the publisher
// to say how they fit together.
const patience = 2 * time.Second

// ErrEmpty says that nothing came that could be recorded.
var ErrEmpty = errors.New("nothing was recorded")

// Recorder is a tap.Tap that writes a file. Done, Failed, Err and Missed may be called from any
// goroutine, all else is for the tap's own.
type Recorder struct {
	to     *steady
	tracks []*track
	began  time.Time // the first packet came
	file   *matroska // nil before all is known that stands in front of it
	zero   time.Time // the file's
	missed uint64
	done   chan struct{}
	failed error
}

var _ tap.Tap = (*Recorder)(nil)

// New returns a Recorder that writes to w and closes it at the end. A file, which can be
// written at any place, gets its duration and an index, so that players can seek; anything
// else gets what can be written in passing. A Recorder is for one AddTap.
func New(w io.WriteCloser) *Recorder {
	return &Recorder{to: newSteady(w), done: make(chan struct{})}
}

// Done is closed when all is written and closed.
func (r *Recorder) Done() <-chan struct{} { return r.done }

// Failed is closed as soon as something cannot be written, as on a full disk, or at the end
// when nothing came. The file plays up to there, and nothing more is written to it: end the
// recording with RemoveTap, and Err says what happened. The stream itself is not disturbed.
func (r *Recorder) Failed() <-chan struct{} { return r.to.broken }

// Err waits until Done, and returns ErrEmpty or the first error of writing or closing.
func (r *Recorder) Err() error {
	<-r.done
	return r.failed
}

// Missed waits until Done, and returns how many packets were lost because the recorder was
// too slow.
func (r *Recorder) Missed() uint64 {
	<-r.done
	return r.missed
}

// Begin implements tap.Tap.
func (r *Recorder) Begin(tracks []tap.Track) {
	for _, t := range tracks {
		r.tracks = append(r.tracks, newTrack(t))
	}
}

// Lost implements tap.Tap. Where packets are missing is seen by their numbers.
func (r *Recorder) Lost(packets uint64) { r.missed += packets }

// Packet implements tap.Tap.
func (r *Recorder) Packet(p *tap.Packet) {
	if r.began.IsZero() {
		r.began = p.Arrival
	}
	t := r.tracks[p.Track]
	t.look(p)
	t.ordering.put(packet{
		p.SequenceNumber, p.Timestamp, p.Marker, p.Keyframe, p.Arrival, slices.Clone(p.Payload),
	}, r.assemble(t))
	if r.file == nil && r.ready(p.Arrival) {
		r.begin()
	}
}

// End implements tap.Tap.
func (r *Recorder) End(tap.Reason) {
	defer close(r.done)
	for _, t := range r.tracks {
		t.ordering.flush(r.assemble(t))
	}
	if r.file == nil && slices.ContainsFunc(r.tracks, (*track).begun) {
		r.begin()
	}
	if r.file == nil {
		r.to.fail(ErrEmpty)
		_ = r.to.Close()
	} else {
		r.file.close()
	}
	r.failed = r.to.err()
}

// assemble returns what takes a track's packets when they are in order.
func (r *Recorder) assemble(t *track) func(packet, bool) {
	return func(p packet, gap bool) {
		t.assembly.put(p, gap, func(f frame) {
			if t.take(&f); r.file != nil {
				r.write(t, f)
			} else {
				t.waiting = append(t.waiting, f)
			}
		})
	}
}

// ready reports whether it is time to begin: all is known, or more is not waited for.
func (r *Recorder) ready(now time.Time) bool {
	if now.Sub(r.began) > patience {
		return slices.ContainsFunc(r.tracks, (*track).begun)
	}
	return !slices.ContainsFunc(r.tracks, func(t *track) bool { return !t.begun() || t.captured.IsZero() })
}

// begin begins the file with what has come so far.
func (r *Recorder) begin() {
	together := !slices.ContainsFunc(r.tracks, func(t *track) bool { return t.begun() && t.captured.IsZero() })
	for _, t := range r.tracks {
		if t.begun() {
			t.originate(together)
			if r.zero.IsZero() || t.origin.Before(r.zero) {
				r.zero = t.origin
			}
		}
	}
	r.file = newMatroska(r.to, r.tracks)
	for _, t := range r.tracks {
		for _, f := range t.waiting {
			r.write(t, f)
		}
		t.waiting = nil
	}
}

// write gives the file a frame. One of a track that began later than the file has its place
// by the time of its capture or, unknown, its arrival.
func (r *Recorder) write(t *track, f frame) {
	if t.origin.IsZero() {
		t.originate(!t.captured.IsZero())
	}
	if t.out != nil && r.to.err() == nil { // the file is as long as what is in it
		at := t.origin.Sub(r.zero) + t.duration(f.elapsed)
		_, _ = t.out.Write(f.keyframe, max(0, at.Milliseconds()), f.data) // steady has the errors
	}
}
