package bwe

import (
	"math/rand/v2"
	"testing"
	"time"
)

// sendEvenly sends packets of 250 octets, evenly spaced.
func sendEvenly(a *applicationLimited, rate Bitrate, from time.Time, duration time.Duration) time.Time {
	for end := from.Add(duration); from.Before(end); from = from.Add(rate.Time(250)) {
		a.sent(250, from)
	}
	return from
}

func TestApplicationLimitedBelow65Percent(t *testing.T) {
	for share, want := range map[float64]bool{0.1: true, 0.5: true, 0.62: true, 0.68: false, 1: false, 2.5: false} {
		var a applicationLimited
		a.setEstimate(Mbps)
		sendEvenly(&a, Mbps.Scale(share), sentAt(0), 30*time.Second)
		if _, limited := a.since(); limited != want {
			t.Errorf("%v of the estimate sent: limited %v", share, limited)
		}
	}
}

// TestApplicationLimitedFollows computes the times: of 65 % of 1 Mbit/s, 500 ms are
// 40,625 octets. While nothing is sent, 80 % of that are there after 400 ms. While
// 1.3 Mbit/s are sent, they are spent as fast as they come without: down to 50 %
// takes 250 ms from full.
func TestApplicationLimitedFollows(t *testing.T) {
	var a applicationLimited
	a.setEstimate(Mbps)
	start := sentAt(0)
	for ms := range 1000 {
		a.sent(0, start.Add(time.Duration(ms)*time.Millisecond))
	}
	since, limited := a.since()
	if d := since.Sub(start) - 400*time.Millisecond; !limited || d.Abs() > 5*time.Millisecond {
		t.Errorf("limited: %v after %v, want 400 ms", limited, since.Sub(start))
	}
	start = start.Add(time.Second)
	start = sendEvenly(&a, Mbps.Scale(2*limitedUsage), start, 245*time.Millisecond)
	if _, limited := a.since(); !limited {
		t.Error("not limited any more after 245 ms, want 250")
	}
	sendEvenly(&a, Mbps.Scale(2*limitedUsage), start, 10*time.Millisecond)
	if _, limited := a.since(); limited {
		t.Error("still limited after 255 ms, want 250")
	}
}

func TestAHigherEstimateMakesItLimited(t *testing.T) {
	var a applicationLimited
	a.setEstimate(Mbps)
	now := sendEvenly(&a, Mbps, sentAt(0), 5*time.Second)
	if _, limited := a.since(); limited {
		t.Error("limited while all is used")
	}
	a.setEstimate(2 * Mbps)
	sendEvenly(&a, Mbps, now, 5*time.Second)
	if _, limited := a.since(); !limited {
		t.Error("not limited while half is used")
	}
}

func TestNothingIsLimitedWithoutAnEstimate(t *testing.T) {
	var a applicationLimited
	a.sent(100, sentAt(0))
	a.sent(0, sentAt(5000))
	if _, limited := a.since(); limited {
		t.Error("limited")
	}
}

func TestBudgetStaysWithinBounds(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	var a applicationLimited
	now := sentAt(0)
	for range 100_000 {
		if random.IntN(100) == 0 {
			a.setEstimate(bounded(random.ExpFloat64() * 1e6))
		}
		now = now.Add(time.Duration(random.ExpFloat64() * 1e7))
		a.sent(random.IntN(20000)-100, now)
		since, limited := a.since()
		if a.left > a.most || a.left < -a.most || limited && since.After(now) {
			t.Fatalf("%+v", a)
		}
	}
}

func TestApplicationLimitedDoesNotAllocate(t *testing.T) {
	var a applicationLimited
	a.setEstimate(Mbps)
	now := sentAt(0)
	if n := testing.AllocsPerRun(100, func() {
		now = now.Add(time.Millisecond)
		a.sent(1200, now)
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkApplicationLimited(b *testing.B) {
	var a applicationLimited
	a.setEstimate(Mbps)
	now := sentAt(0)
	b.ReportAllocs()
	for range b.N {
		now = now.Add(time.Millisecond)
		a.sent(1200, now)
	}
}
