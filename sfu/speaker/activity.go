package speaker

import (
	"math/bits"
	"time"
)

// The intervals of Volfin and Cohen, "Dominant Speaker Identification for
// Multipoint Videoconferencing" (2012), with the numbers of Jitsi's
// DominantSpeakerIdentification, which mediasoup's ActiveSpeakerObserver shares:
// a frame, a block of five frames, and a second of ten blocks.
const (
	frame       = 20 * time.Millisecond
	frames      = 5  // in a block: N2
	blocks      = 10 // in the long interval: N3
	history     = frames * blocks
	blockTime   = frames * frame
	subBand     = 10 // of loudness
	subBands    = 13 // N1; the paper has bands of the spectrum, we only loudness
	blockStarts = 1 | 1<<5 | 1<<10 | 1<<15 | 1<<20 | 1<<25 | 1<<30 | 1<<35 | 1<<40 | 1<<45
)

// activity is how much of the last second one track was speech. It holds a bit
// for each frame. It is owned by one goroutine; the zero value is ready.
type activity struct {
	active  uint64        // frames that were speech, the newest in bit 0
	newest  [3]uint8      // loudness of the newest three
	peak    uint8         // of the frame that is not full yet
	partial time.Duration // its length
	last    int64         // when a packet came, Unix nanoseconds
}

// add takes a packet of duration d, with what Level.Add returned of it, at a moment
// in Unix nanoseconds. Where no packet came for 200 ms there was silence; less is
// taken for jitter.
func (a *activity) add(speech uint8, d time.Duration, at int64) {
	if gap := at - a.last; gap > int64(silenceAfter) {
		a.active <<= min(uint64(gap/int64(frame)), history) //nolint:gosec // positive
		a.partial, a.peak, a.newest = 0, 0, [3]uint8{}
	}
	a.last = at
	a.peak = max(a.peak, speech)
	if a.partial += d; a.partial < frame {
		return
	}
	for ; a.partial >= frame; a.partial -= frame {
		a.newest = [3]uint8{a.peak, a.newest[0], a.newest[1]}
		a.active <<= 1
		if a.peak > 0 {
			a.active |= 1
		}
	}
	a.peak = 0
}

// immediate returns how many sub-bands are active in the loudest of the newest
// three frames, 0 to 12. With one frame, as the paper has it, a new speaker who is
// between two syllables at the moment of a decision waits for the next. Below the
// threshold of speech no sub-band is active: a breath would keep a place otherwise.
func (a *activity) immediate() uint8 {
	return max(a.newest[0], a.newest[1], a.newest[2]) / subBand
}

// medium returns how many frames of the newest block are speech, 0 to 5.
func (a *activity) medium() uint8 {
	return uint8(bits.OnesCount64(a.active & (1<<frames - 1))) //nolint:gosec // at most 5
}

// long returns how many of the ten newest blocks are speech in four frames of five
// at least. Jitsi asks for five, which natural syllables seldom fill, so that a
// new speaker would wait for seconds.
func (a *activity) long() uint8 {
	m, sums := a.active, uint64(0) // one sum in every five bits
	for range frames {
		sums += m & blockStarts
		m >>= 1
	}
	return uint8(bits.OnesCount64(sums >> 2 & blockStarts)) //nolint:gosec // at most 10
}
