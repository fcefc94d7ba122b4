package dumbbell

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/atrium-rtc/atrium/sfu/bwe"
)

const (
	// encoderLag is the time constant with which an encoder follows its target.
	encoderLag       = time.Second
	keyframeInterval = 10 * time.Second
	keyframeSize     = 4    // usual pictures
	repayment        = 0.15 // of a picture
	minEncoderRate   = 30 * bwe.Kbps
)

// Elastic is a source like an encoder that follows the target: of one browser
// that sends to another. What a keyframe is too large by, the pictures behind it
// are smaller by, so that the mean is kept. It is made by NewElastic.
type Elastic struct {
	highest  bwe.Bitrate
	rate     float64 // bits per second
	keyframe time.Duration
	debt     int // octets
}

// NewElastic makes an encoder of at most a bitrate.
func NewElastic(highest bwe.Bitrate) *Elastic { return &Elastic{highest: highest} }

func (e *Elastic) picture(now time.Duration, target bwe.Bitrate, random *rand.Rand) int {
	aim := float64(min(max(target-audioRate, minEncoderRate), e.highest))
	if e.rate == 0 {
		e.rate = aim
		e.keyframe = now
	}
	e.rate += (aim - e.rate) * (1 - math.Exp(-pictureTime.Seconds()/encoderLag.Seconds()))
	size := octetsOf(bwe.Bitrate(e.rate), random)
	if now >= e.keyframe {
		e.keyframe += keyframeInterval
		e.debt += (keyframeSize - 1) * size
		return keyframeSize * size
	}
	repaid := min(e.debt, int(repayment*float64(size)))
	e.debt -= repaid
	return size - repaid
}

func (e *Elastic) demand() bwe.Bitrate { return e.highest + audioRate }
