package recorder

import (
	"time"

	"github.com/at-wat/ebml-go/webm"

	"github.com/atrium-rtc/atrium/sfu/tap"
)

// track is one track on its way to the file.
type track struct {
	tap.Track
	ordering ordering
	assembly *assembly
	waiting  []frame               // for the file to begin
	out      webm.BlockWriteCloser // nil before that, and for one that is not in it

	first   *frame    // nil before one was whole
	last    uint32    // timestamp of a frame
	elapsed int64     // ticks from the first frame to the last
	origin  time.Time // of the first frame; zero before the file has begun

	// What packets say: when one was captured, and how large the picture is.
	captured      time.Time // zero while unknown
	at            uint32    // its timestamp
	width, height uint16
}

func newTrack(t tap.Track) *track { return &track{Track: t, assembly: newAssembly(t.Codec)} }

func (t *track) begun() bool { return t.first != nil }

// look notes what a packet says beside its payload.
func (t *track) look(p *tap.Packet) {
	if !p.Captured.IsZero() {
		t.captured, t.at = p.Captured, p.Timestamp
	}
	if p.Width > 0 {
		t.width, t.height = p.Width, p.Height
	}
}

// take finds the place of a whole frame among those of the track.
func (t *track) take(f *frame) {
	if t.first == nil {
		t.first, t.last = f, f.timestamp
	}
	t.elapsed += int64(int32(f.timestamp - t.last)) //nolint:gosec // timestamps wrap
	t.last, f.elapsed = f.timestamp, t.elapsed
}

// originate says when the first frame was: by its capture, which all tracks of a publisher
// share a clock for, or by its arrival.
func (t *track) originate(captured bool) {
	t.origin = t.first.arrival
	if captured {
		t.origin = t.captured.Add(-t.duration(int64(int32(t.at - t.first.timestamp)))) //nolint:gosec // timestamps wrap
	}
}

// duration returns that of a number of ticks.
func (t *track) duration(ticks int64) time.Duration {
	return time.Duration(ticks) * time.Second / time.Duration(t.ClockRate())
}
