package dumbbell

import (
	"math/rand/v2"
	"time"

	"github.com/atrium-rtc/atrium/sfu/bwe"
)

const (
	// layerShare is how much of the target the layers may fill.
	layerShare = 0.95
	// keyframeWait is from the wish for another layer to its keyframe: a round trip
	// to the publisher and a picture.
	keyframeWait = 150 * time.Millisecond
)

// Layered is a source like a forwarded simulcast video: it sends the highest
// layer that fits into 95 % of the target, less the sound. To another layer it
// changes at a keyframe, which it must wait for; between all pictures and every
// other (two temporal layers) at once. When nothing fits, it sends every other
// picture of the lowest layer.
type Layered struct {
	ladder []bwe.Bitrate // ascending
	layer  int
	wanted int // layer that a keyframe was asked for
	due    time.Duration
	odd    bool
}

// NewLayered makes a source of layers with these bitrates, the lowest first.
func NewLayered(ladder ...bwe.Bitrate) *Layered { return &Layered{ladder: ladder} }

// Simulcast is a usual ladder.
func Simulcast() *Layered { return NewLayered(150*bwe.Kbps, 500*bwe.Kbps, 1700*bwe.Kbps) }

// Limited is a video of one layer.
func Limited() *Layered { return NewLayered(300 * bwe.Kbps) }

// SetLadder replaces the layers: somebody wants another size of the video, say.
func (l *Layered) SetLadder(ladder ...bwe.Bitrate) {
	l.ladder = ladder
	l.layer = min(l.layer, len(ladder)-1)
	l.wanted = l.layer
}

func (l *Layered) picture(now time.Duration, target bwe.Bitrate, random *rand.Rand) int {
	room := target.Scale(layerShare) - audioRate
	best := l.fitting(room)
	switch {
	case best == l.layer:
		l.wanted = best
	case best != l.wanted:
		l.wanted, l.due = best, now+keyframeWait
	}
	key := l.wanted != l.layer && now >= l.due
	if key {
		l.layer = l.wanted
	}
	l.odd = !l.odd
	if l.odd && !key && l.ladder[l.layer] > room {
		return 0
	}
	size := octetsOf(l.ladder[l.layer], random)
	if key {
		size *= keyframeSize
	}
	return size
}

// fitting returns the highest layer of which at least every other picture fits.
func (l *Layered) fitting(room bwe.Bitrate) int {
	best := 0
	for i, rate := range l.ladder {
		if rate/2 > room {
			break
		}
		// All of a layer is worth more than half of the next when that is less.
		if rate <= room || rate/2 > l.ladder[best] {
			best = i
		}
	}
	return best
}

func (l *Layered) demand() bwe.Bitrate {
	return (l.ladder[len(l.ladder)-1] + audioRate).Scale(1 / layerShare)
}
