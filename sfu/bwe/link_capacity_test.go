package bwe

import (
	"math/rand/v2"
	"testing"
)

func TestCapacityIsUnknownAtFirst(t *testing.T) {
	var l linkCapacity
	if l.has() || l.estimate() != 0 || l.lower() != 0 || l.upper() != maxBitrate {
		t.Errorf("has %v, %v to %v", l.has(), l.lower(), l.upper())
	}
}

func TestCapacityIsSmoothed(t *testing.T) {
	var l linkCapacity
	l.onOveruse(1000 * Kbps)
	if got := l.estimate(); got != 1000*Kbps {
		t.Errorf("%v from the first sample, want 1 Mbit/s", got)
	}
	l.onOveruse(500 * Kbps)
	if got := l.estimate(); got != 975*Kbps {
		t.Errorf("%v after overuse, want 975 kbit/s", got)
	}
	l.onProbe(1475 * Kbps)
	if got := l.estimate(); got != 1225*Kbps {
		t.Errorf("%v after a probe, want 1225 kbit/s", got)
	}
	l.reset()
	if l.has() || l.estimate() != 0 {
		t.Error("known after reset")
	}
}

func TestCapacityBoundsAreThreeDeviations(t *testing.T) {
	var l linkCapacity
	l.onOveruse(1000 * Kbps) // deviation √(0.4·1000) = 20 kbit/s
	if l.lower() != 940*Kbps || l.upper() != 1060*Kbps {
		t.Errorf("%d to %d, want 940 to 1060 kbit/s", l.lower(), l.upper())
	}
	l.onProbe(3000 * Kbps) // deviation √(2.5·2000) = 70.7 kbit/s, the most there is
	if lower := l.lower(); lower < 1787*Kbps || lower > 1788*Kbps {
		t.Errorf("lower bound %d, want 1787.9 kbit/s", lower)
	}
}

func TestCapacityBoundsEncloseIt(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 1000 {
		var l linkCapacity
		for range 20 {
			rate := Bitrate(random.ExpFloat64() * 1e6)
			if random.IntN(2) == 0 {
				l.onProbe(rate)
			} else {
				l.onOveruse(rate)
			}
			if l.lower() < 0 || l.lower() > l.estimate() || l.upper() < l.estimate() || l.upper() > maxBitrate {
				t.Fatalf("%d not within %d and %d", l.estimate(), l.lower(), l.upper())
			}
		}
	}
}
