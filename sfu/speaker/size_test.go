package speaker_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/sfu/speaker"
)

// Sizes of an Opus encoder at 32 kbit/s with a variable rate.
func noiseOctets(rng *rand.Rand) int  { return 38 + rng.IntN(10) }
func speechOctets(rng *rand.Rand) int { return 75 + rng.IntN(40) }

// count feeds n packets and returns how many were speech.
func count(l *speaker.Level, from *time.Duration, n int, size func() int) (speech int) {
	for range n {
		if l.Add(octets(size()), at(*from)) > 0 {
			speech++
		}
		*from += interval
	}
	return speech
}

func TestSizesTellSpeechFromNoise(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	var l speaker.Level
	var now time.Duration
	noise, words := func() int { return noiseOctets(rng) }, func() int { return speechOctets(rng) }
	count(&l, &now, 100, noise)
	for range 20 {
		if n := count(&l, &now, 50, words); n < 45 {
			t.Fatalf("%d of 50 packets of speech found", n)
		}
		if !l.Speaking(at(now)) {
			t.Fatal("not speaking")
		}
		if n := count(&l, &now, 75, noise); n > 3 {
			t.Fatalf("%d of 75 packets of noise are speech", n)
		}
		if l.Speaking(at(now)) {
			t.Fatal("speaking 1.5 s after the last word")
		}
	}
}

func TestDTXIsSilence(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 1))
	var l speaker.Level
	var now time.Duration
	count(&l, &now, 50, func() int { return noiseOctets(rng) })
	count(&l, &now, 50, func() int { return speechOctets(rng) })
	for i := range 10 {
		if l.Add(octets(1+i%2), at(now)) > 0 {
			t.Error("a packet of DTX is speech")
		}
		now += 400 * ms
	}
	if got := l.At(at(now - 400*ms)); got != speaker.Silence {
		t.Errorf("%d dBov in DTX", got)
	}
}

func TestConstantBitRateTellsNothing(t *testing.T) {
	var l speaker.Level
	var now time.Duration
	if n := count(&l, &now, 1000, func() int { return 80 }); n != 0 {
		t.Errorf("%d packets of one size are speech", n)
	}
}

func TestSizesCountByTheTimeTheyTake(t *testing.T) {
	var l speaker.Level
	var now time.Duration
	count(&l, &now, 20, func() int { return 40 })
	count(&l, &now, 20, func() int { return 90 })
	long := speaker.Sample{Size: 120, Duration: 60 * ms} // the rate of the first
	if l.Add(long, at(now)) > 0 {
		t.Error("a long packet of noise is speech")
	}
}
