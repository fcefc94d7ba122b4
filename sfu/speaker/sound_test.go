package speaker_test

import (
	"math/rand/v2"
	"time"

	"github.com/atrium-rtc/atrium/sfu/speaker"
)

const (
	ms       = time.Millisecond
	interval = 20 * ms // between packets
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func at(d time.Duration) time.Time { return start.Add(d) }

// level is a packet with the extension, as libwebrtc sends it.
func level(dBov int) speaker.Sample {
	return speaker.Sample{Level: uint8(-dBov), Voice: true, HasLevel: true, Size: 80, Duration: interval} //nolint:gosec // 0 to 127
}

// octets is a packet without.
func octets(n int) speaker.Sample { return speaker.Sample{Size: n, Duration: interval} }

const quiet = -70 // a room without speech, in dBov

// voice makes the levels of somebody who speaks: syllables of 80 to 260 ms around
// a loudness, gaps of 20 to 80 ms between them, and a pause for breath now and then.
type voice struct {
	rng      *rand.Rand
	loudness int
	left     int // packets of the syllable or gap that runs
	syllable bool
}

func newVoice(seed uint64, loudness int) *voice {
	return &voice{rng: rand.New(rand.NewPCG(seed, 1)), loudness: loudness}
}

func (v *voice) next() speaker.Sample {
	if v.left == 0 {
		v.syllable = !v.syllable
		switch {
		case v.syllable:
			v.left = 4 + v.rng.IntN(10)
		case v.rng.IntN(8) == 0:
			v.left = 10 + v.rng.IntN(15)
		default:
			v.left = 1 + v.rng.IntN(4)
		}
	}
	v.left--
	if !v.syllable {
		return level(-58 + v.rng.IntN(6))
	}
	return level(v.loudness + v.rng.IntN(7) - 3)
}
