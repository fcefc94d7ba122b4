package egress

import (
	"math"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/simulcast"
)

// film observes frames of n packets of 972 octets (1000 with the header) at 30 a
// second, of two temporal layers by turns; every keyframes-th is a keyframe of ten
// times the size.
func film(r *rates, pool *packet.Pool, now time.Time, d time.Duration, n, keyframes int) time.Time {
	raw := make([]byte, 12+1000-headerOctets)
	raw[0], raw[1] = 0x80, 96
	for i := 0; i < int(d/(time.Second/30)); i++ {
		key := keyframes > 0 && i%keyframes == 0
		packets := n
		if key {
			packets *= 10
		}
		for j := range packets {
			p := pool.Get()
			if err := p.Parse(raw); err != nil {
				panic(err)
			}
			p.Arrival, p.Timestamp, p.Width, p.Height = now, uint32(i+1)*3000, 640, 360
			p.Keyframe, p.Temporal = key && j == 0, uint8(i%2)
			p.Needed = packet.TargetsFrom(0, p.Temporal)
			r.observe(p)
			p.Release()
		}
		now = now.Add(time.Second / 30)
	}
	return now
}

func TestRatesAreThoseOfTheLayersTogether(t *testing.T) {
	var r rates
	film(&r, packet.NewPool(), time.Unix(1000, 0), 10*time.Second, 2, 0)
	all, half := float64(r.of(simulcast.Rung{}, 1)), float64(r.of(simulcast.Rung{}, 0))
	if math.Abs(all-480_000) > 30_000 || math.Abs(half-240_000) > 20_000 {
		t.Errorf("%.0f and %.0f bit/s, want 480,000 with and 240,000 without the higher layer", all, half)
	}
	if n := r.temporalLayers(0); n != 2 {
		t.Errorf("%d temporal layers, want 2", n)
	}
	if got := r.of(simulcast.Rung{Layer: 1}, 0); got != 0 {
		t.Errorf("%v of an encoding that was never seen", got)
	}
}

func TestKeyframesHardlyRaiseTheRate(t *testing.T) {
	var r rates
	film(&r, packet.NewPool(), time.Unix(1000, 0), 10*time.Second, 2, 60)
	if got := float64(r.of(simulcast.Rung{}, 1)); got > 550_000 || got < 450_000 {
		t.Errorf("%.0f bit/s with keyframes of ten times the size, want about 480,000", got)
	}
}

func TestRateIsKeptWhileAnEncodingRests(t *testing.T) {
	var r rates
	pool := packet.NewPool()
	now := film(&r, pool, time.Unix(1000, 0), 10*time.Second, 2, 0)
	before := r.of(simulcast.Rung{}, 1)
	film(&r, pool, now.Add(time.Minute), 300*time.Millisecond, 2, 0)
	if got := r.of(simulcast.Rung{}, 1); got != before {
		t.Errorf("%v after a rest of a minute, want %v", got, before)
	}
}

func BenchmarkRates(b *testing.B) {
	var r rates
	p := packet.NewPool().Get()
	raw := make([]byte, 1112)
	raw[0], raw[1] = 0x80, 96
	if err := p.Parse(raw); err != nil {
		b.Fatal(err)
	}
	p.Needed = packet.AllTargets
	now := time.Unix(1000, 0)
	b.ReportAllocs()
	for i := range b.N {
		p.Arrival = now.Add(time.Duration(i) * time.Millisecond)
		r.observe(p)
	}
}
