package bwe

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// arrivals adds packets, evenly spaced, of a bitrate for a time.
func arrivals(a *ackedBitrate, from time.Duration, rate Bitrate, size int, duration time.Duration) time.Duration {
	end := from + duration
	for ; from < end; from += rate.Time(size) {
		a.add(from, size, false)
	}
	return from
}

// around reports whether a bitrate is within a share of another.
func around(rate, want Bitrate, share float64) bool {
	return math.Abs(float64(rate-want)) <= share*float64(want)
}

func TestAckedBitrateIsKnownAfterHalfASecond(t *testing.T) {
	var a ackedBitrate
	for i := range 50 { // 490 ms
		a.add(time.Hour+arrivedAt(float64(i)*10), 1000, false)
	}
	if rate, known := a.rate(); known || rate != 0 {
		t.Errorf("%v known too early", rate)
	}
	a.add(time.Hour+arrivedAt(500), 1000, false)
	if rate, known := a.rate(); !known || rate != 800*Kbps {
		t.Errorf("%v (known: %v), want 800 kbit/s", rate, known)
	}
}

// TestAckedBitrateWeighsASample follows the definition: the first estimate of 800
// kbit/s has a variance of 50, a sample of 1600 kbit/s one of (10·1)².
func TestAckedBitrateWeighsASample(t *testing.T) {
	var a ackedBitrate
	for i := range 50 {
		a.add(arrivedAt(float64(i)*10), 1000, false)
	}
	for i := range 15 {
		a.add(arrivedAt(500+float64(i)*10), 2000, false)
	}
	a.add(arrivedAt(650), 2000, false)
	want := (100*800e3 + 55*1600e3) / 155
	if math.Abs(a.estimate-want) > 1 || math.Abs(a.variance-100*55/155.0) > 1e-9 {
		t.Errorf("estimate %v, variance %v, want %v and 35.5", a.estimate, a.variance, want)
	}
}

func TestAWeakSampleWeighsLess(t *testing.T) {
	after := func(size int, limited bool) float64 {
		a := ackedBitrate{started: true, known: true, estimate: 1e6, variance: 50}
		for i := range 16 {
			a.add(arrivedAt(float64(i)*10), size, limited)
		}
		return a.estimate
	}
	if strong, weak := after(500, false), after(500, true); weak <= strong {
		t.Errorf("falls to %v, and to %v when application-limited", strong, weak)
	}
	if strong, weak := after(41, false), after(39, false); weak <= strong {
		t.Errorf("falls to %v, and to %v by a small sample", strong, weak)
	}
	if strong, weak := after(2000, false), after(2000, true); weak != strong {
		t.Errorf("rises to %v, and to %v when application-limited", strong, weak)
	}
}

func TestAckedBitrateFollows(t *testing.T) {
	for _, c := range []struct{ from, to Bitrate }{
		{Mbps, 2 * Mbps}, {2 * Mbps, 500 * Kbps}, {100 * Kbps, 5 * Mbps}, {10 * Mbps, 50 * Kbps},
	} {
		var a ackedBitrate
		at := arrivals(&a, 0, c.from, 300, 3*time.Second)
		if rate, _ := a.rate(); !around(rate, c.from, 0.05) {
			t.Errorf("%v, want %v", rate, c.from)
		}
		arrivals(&a, at, c.to, 300, 8*time.Second)
		if rate, _ := a.rate(); !around(rate, c.to, 0.05) {
			t.Errorf("%v after the change from %v, want %v", rate, c.from, c.to)
		}
	}
}

func TestAnExpectedChangeIsFollowedFaster(t *testing.T) {
	after := func(expected bool) Bitrate {
		var a ackedBitrate
		at := arrivals(&a, 0, Mbps, 300, 3*time.Second)
		if expected {
			a.expectFastChange()
		}
		arrivals(&a, at, 3*Mbps, 300, 400*time.Millisecond)
		rate, _ := a.rate()
		return rate
	}
	if slow, fast := after(false), after(true); fast < slow+300*Kbps {
		t.Errorf("%v, and %v when expected", slow, fast)
	}
}

func TestAckedBitrateSeesPicturesFarApart(t *testing.T) {
	var a ackedBitrate
	for picture := range 50 { // 5 a second, of 20 packets: 800 kbit/s
		for i := range 20 {
			a.add(arrivedAt(float64(picture)*200+float64(i)), 1000, false)
		}
	}
	if rate, _ := a.rate(); !around(rate, 800*Kbps, 0.1) {
		t.Errorf("%v, want 800 kbit/s", rate)
	}
}

func TestAckedBitrateOfLittleThatIsLeftFades(t *testing.T) {
	for _, gap := range []time.Duration{400 * time.Millisecond, 3 * time.Second} {
		var a ackedBitrate
		at := arrivals(&a, 0, 5*Mbps, 1200, 3*time.Second)
		for range 30 {
			at += gap
			a.add(at, 100, true)
		}
		if rate, _ := a.rate(); rate > 100*Kbps {
			t.Errorf("%v of a packet every %v", rate, gap)
		}
	}
}

func TestSilentFlowCarriesNothing(t *testing.T) {
	var a ackedBitrate
	if rate, known := a.rateAt(sentAt(0)); known || rate != 0 {
		t.Errorf("%v before anything", rate)
	}
	arrivals(&a, 0, Mbps, 1000, 2*time.Second)
	a.feedback(sentAt(0))
	for after, want := range map[float64]Bitrate{0: Mbps, 1000: Mbps, 1001: 0} {
		if rate, known := a.rateAt(sentAt(after)); !known || !around(rate, want, 0.01) {
			t.Errorf("%v after %v ms, want %v", rate, after, want)
		}
	}
}

func TestAckedBitrateOfFeedbackOutOfOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(10, 11))
	var a ackedBitrate
	const batch = 10 // packets of 10 ms
	for first := 0; first < 2000; first += 2 * batch {
		order := []int{first, first + batch}
		if random.IntN(2) == 0 {
			order[0], order[1] = order[1], order[0]
		}
		for _, from := range order {
			for i := range batch {
				a.add(arrivedAt(float64(from+i)*10+5*random.Float64()), 1000, false)
			}
		}
	}
	if rate, _ := a.rate(); !around(rate, 800*Kbps, 0.2) {
		t.Errorf("%v, want 800 kbit/s", rate)
	}
}

// TestAckedBitrateIsThatOfFeedbackThatCame: every other feedback, of 100 ms, is
// lost, or comes after the one that was sent behind it.
func TestAckedBitrateIsThatOfFeedbackThatCame(t *testing.T) {
	for _, late := range []bool{false, true} {
		var a ackedBitrate
		arrivals(&a, 0, Mbps, 500, time.Second)
		for at := time.Second; at < 10*time.Second; at += 200 * time.Millisecond {
			a.missed()
			arrivals(&a, at+100*time.Millisecond, Mbps, 500, 100*time.Millisecond)
			if late {
				arrivals(&a, at, Mbps, 500, 100*time.Millisecond)
			}
			if rate, _ := a.rate(); !around(rate, Mbps, 0.1) {
				t.Fatalf("%v at %v, want 1 Mbit/s (late feedback: %v)", rate, at, late)
			}
		}
	}
}

func TestAckedBitrateSurvivesClockJumps(t *testing.T) {
	for _, jump := range []time.Duration{time.Hour, -time.Hour, time.Minute, -time.Second} {
		var a ackedBitrate
		at := arrivals(&a, 24*time.Hour, Mbps, 1000, 2*time.Second)
		arrivals(&a, at+jump, Mbps, 1000, 4*time.Second)
		if rate, _ := a.rate(); !around(rate, Mbps, 0.05) {
			t.Errorf("%v after a jump of %v, want 1 Mbit/s", rate, jump)
		}
	}
}

func TestAckedBitrateRisesFromNothing(t *testing.T) {
	var a ackedBitrate
	for i := range 1000 {
		a.add(arrivedAt(float64(i)*10), 0, false)
	}
	if rate, known := a.rate(); !known || rate != 0 || math.IsNaN(a.variance) {
		t.Errorf("%v (known: %v), variance %v", rate, known, a.variance)
	}
	arrivals(&a, 10*time.Second, Mbps, 1000, 10*time.Second)
	if rate, _ := a.rate(); rate < 500*Kbps {
		t.Errorf("%v after packets without octets, want about 1 Mbit/s", rate)
	}
}

func BenchmarkAckedBitrate(b *testing.B) {
	var a ackedBitrate
	b.ReportAllocs()
	for i := range b.N {
		a.add(time.Duration(i)*2*time.Millisecond, 1200, false)
	}
}
