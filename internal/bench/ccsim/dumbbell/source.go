package dumbbell

import (
	"math/rand/v2"
	"time"

	"github.com/atrium-rtc/atrium/sfu/bwe"
)

// Sound and pictures of every sender.
const (
	audioInterval = 20 * time.Millisecond
	audioOctets   = 100
	audioRate     = 40 * bwe.Kbps
	pictureTime   = time.Second / 30
)

// pictureNoise is how far a picture's size is from the usual, either way.
const pictureNoise = 0.15

// Source is what makes the pictures of a sender.
type Source interface {
	// picture returns the octets of the next picture, which is pictureTime after
	// the one before; 0 is none. Target is what there is for pictures and sound.
	picture(now time.Duration, target bwe.Bitrate, random *rand.Rand) int
	// demand is the target at which the source would have all that it can use.
	demand() bwe.Bitrate
}

// octetsOf returns the size of a picture of a video of a bitrate.
func octetsOf(rate bwe.Bitrate, random *rand.Rand) int {
	return int(float64(rate.Octets(pictureTime)) * (1 + pictureNoise*(2*random.Float64()-1)))
}
