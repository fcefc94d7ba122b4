package watch

import "github.com/atrium-rtc/atrium/internal/load/stamp"

// maxStampJump is the most stamp numbers that may be missing between two: at 50
// a second, twenty minutes.
const maxStampJump = 1 << 16

// maxStampReorder is how far a stamp may be behind the newest and still be of
// the same run.
const maxStampReorder = 512

// tally counts by stamps what a publisher sent between the first and the last
// frame (audio: packet) seen. Each encoding counts for itself, so that a switch
// of layer, like another publisher, begins a run of its own.
type tally struct {
	expected uint64

	started     bool
	source      uint32
	layer       uint8
	first, last uint32 // of the run
}

// follow records a stamp, whatever run it belongs to.
func (t *tally) follow(s *stamp.Stamp) {
	if t.extend(s) {
		return
	}
	if t.runs(s) && s.Number <= t.last && t.last-s.Number < maxStampReorder {
		if s.Number < t.first {
			t.expected += uint64(t.first - s.Number)
			t.first = s.Number
		}
		return
	}
	t.started, t.source, t.layer = true, s.Source, s.Layer
	t.first, t.last = s.Number, s.Number
	t.expected++
}

// extend records a stamp if it continues the present run.
func (t *tally) extend(s *stamp.Stamp) bool {
	if !t.runs(s) || s.Number <= t.last || s.Number-t.last > maxStampJump {
		return false
	}
	t.expected += uint64(s.Number - t.last)
	t.last = s.Number
	return true
}

// end lets the next stamp begin a run, whatever it is.
func (t *tally) end() { t.started = false }

func (t *tally) runs(s *stamp.Stamp) bool {
	return t.started && s.Source == t.source && s.Layer == t.layer
}
