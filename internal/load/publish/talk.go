package publish

import (
	"math/rand/v2"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/clip"
)

// How long people speak and listen. A publisher speaks a third of the time, so
// that in a room of four the loudest changes every few seconds and sometimes two
// speak at once.
const (
	minSpurt, maxSpurt     = 1 * time.Second, 6 * time.Second
	minSilence, maxSilence = 2 * time.Second, 12 * time.Second
)

// Audio levels in -dBov (RFC 6464).
const (
	silentLevel = 127
	softest     = 12 // a talk spurt is softer than the clip by up to this
)

// talk decides what a publisher says. It plays its clip while it speaks, and the
// clip's quiet frames while it listens.
type talk struct {
	random   *rand.Rand
	frames   []clip.AudioFrame
	quiet    []int // indices of frames without voice
	speaking bool
	until    time.Duration
	position int // in frames; counts on through silences
	softer   uint8
}

// newTalk returns a talk that begins somewhere in the clip, every third time
// with speech.
func newTalk(frames []clip.AudioFrame, random *rand.Rand) *talk {
	t := &talk{random: random, frames: frames, position: random.IntN(len(frames))}
	quietest := 0
	for i, f := range frames {
		if !f.Voice {
			t.quiet = append(t.quiet, i)
		}
		if f.Level > frames[quietest].Level {
			quietest = i
		}
	}
	if len(t.quiet) == 0 {
		t.quiet = []int{quietest}
	}
	t.speaking = random.IntN(3) > 0 // until the first frame, which changes it
	return t
}

// next returns the frame to play at a moment and its level as the header
// extension has it: the voice bit and the level.
func (t *talk) next(at time.Duration) (index int, level uint8) {
	if at >= t.until {
		t.change(at)
	}
	t.position++
	if !t.speaking {
		return t.quiet[t.position%len(t.quiet)], silentLevel
	}
	index = t.position % len(t.frames)
	f := t.frames[index]
	level = min(f.Level+t.softer, silentLevel)
	if f.Voice {
		level |= 0x80
	}
	return index, level
}

// change begins to speak, or to be silent.
func (t *talk) change(at time.Duration) {
	t.speaking = !t.speaking
	shortest, longest := minSilence, maxSilence
	if t.speaking {
		shortest, longest = minSpurt, maxSpurt
		t.softer = uint8(t.random.IntN(softest + 1))
	}
	t.until = at + shortest + time.Duration(t.random.Int64N(int64(longest-shortest)))
}
