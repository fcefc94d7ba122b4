package bwe

import (
	"math/rand/v2"
	"testing"
	"time"
)

// inFlight is a path on which packets go out every 10 ms, with feedback every 50 ms
// until it is gone.
type inFlight struct {
	feedbackTimeout
	now time.Time
}

func newInFlight(trip time.Duration) *inFlight {
	f := &inFlight{now: sentAt(0)}
	f.roundTrip(trip)
	return f
}

func (f *inFlight) run(duration time.Duration, answered bool) {
	for end := f.now.Add(duration); f.now.Before(end); {
		f.now = f.now.Add(10 * time.Millisecond)
		f.sent(f.now)
		if answered && f.now.Sub(sentAt(0))%(50*time.Millisecond) == 0 {
			f.feedback(f.now)
		}
	}
}

func TestEstimateFallsWhileFeedbackIsMissing(t *testing.T) {
	f := newInFlight(100 * time.Millisecond)
	f.run(time.Second, true)
	f.run(2800*time.Millisecond, false)
	if got := f.limit(Mbps, f.now); got != Mbps {
		t.Errorf("%v after 2.8 s", got)
	}
	f.run(200*time.Millisecond, false)
	for _, want := range []Bitrate{800, 640, 512} {
		if got := f.limit(Mbps, f.now); got != want*Kbps {
			t.Errorf("%v, want %v", got, want*Kbps)
		}
		f.run(500*time.Millisecond, false)
		if got := f.limit(Mbps, f.now); got != want*Kbps {
			t.Errorf("%v half a second later, want %v", got, want*Kbps)
		}
		f.run(500*time.Millisecond, false)
	}
	for range 60 {
		f.run(time.Second, false)
		f.limit(Mbps, f.now)
	}
	if got := f.limit(Mbps, f.now); got != leastEstimate {
		t.Errorf("%v at least", got)
	}
	if got := f.limit(1*Kbps, f.now); got != 1*Kbps {
		t.Errorf("%v is more than the estimate", got)
	}
	f.feedback(f.now)
	if got := f.limit(Mbps, f.now); got != Mbps {
		t.Errorf("%v when feedback is back", got)
	}
}

func TestEstimateStaysWhileNothingIsSent(t *testing.T) {
	f := newInFlight(100 * time.Millisecond)
	f.run(time.Second, true)
	for range 10 {
		f.now = f.now.Add(time.Second)
		if got := f.limit(Mbps, f.now); got != Mbps {
			t.Fatalf("%v", got)
		}
		if _, silent := f.silent(f.now); silent {
			t.Fatal("silent")
		}
	}
}

func TestAVeryLongRoundTripReducesTheEstimate(t *testing.T) {
	f := newInFlight(3100 * time.Millisecond)
	f.run(time.Second, true)
	if got := f.limit(Mbps, f.now); got != 800*Kbps {
		t.Errorf("%v", got)
	}
}

func TestNothingIsLateBeforeThereWasFeedback(t *testing.T) {
	f := newInFlight(100 * time.Millisecond)
	f.run(time.Minute, false)
	if got := f.limit(Mbps, f.now); got != Mbps {
		t.Errorf("%v", got)
	}
	if silence, silent := f.silent(f.now); silent || silence != 0 {
		t.Errorf("silent for %v", silence)
	}
}

func TestSilenceDependsOnTheRoundTrip(t *testing.T) {
	for trip, want := range map[time.Duration]time.Duration{
		20 * time.Millisecond:  time.Second,
		200 * time.Millisecond: time.Second,
		400 * time.Millisecond: 1500 * time.Millisecond,
		2 * time.Second:        3 * time.Second,
	} {
		f := newInFlight(trip)
		f.run(time.Second, true)
		start := f.now.Add(10 * time.Millisecond) // the first packet without an answer
		f.run(want+10*time.Millisecond, false)
		if _, silent := f.silent(start.Add(want)); silent {
			t.Errorf("round trip of %v: silent after %v", trip, want)
		}
		if silence, silent := f.silent(f.now.Add(10 * time.Millisecond)); !silent || silence < want {
			t.Errorf("round trip of %v: not silent after %v", trip, silence)
		}
	}
}

func TestRecoveryIsToldOnce(t *testing.T) {
	f := newInFlight(100 * time.Millisecond)
	f.run(time.Second, true)
	f.run(900*time.Millisecond, false)
	f.run(time.Second, true)
	if f.recovered(f.now) {
		t.Error("recovered from 900 ms")
	}
	f.run(1200*time.Millisecond, false)
	if f.recovered(f.now) {
		t.Error("recovered before feedback is back")
	}
	f.run(time.Second, true)
	if !f.recovered(f.now) || f.recovered(f.now) {
		t.Error("not told, or twice")
	}
	if _, silent := f.silent(f.now); silent {
		t.Error("still silent")
	}
}

func TestLimitStaysWithinTheEstimate(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	var f feedbackTimeout
	now := sentAt(0)
	for range 100_000 {
		now = now.Add(time.Duration(random.ExpFloat64() * 1e8))
		switch random.IntN(20) {
		case 0:
			f.feedback(now)
		case 1:
			f.roundTrip(time.Duration(random.NormFloat64() * 1e9))
		default:
			f.sent(now)
		}
		estimate := bounded(random.ExpFloat64() * 1e6)
		got := f.limit(estimate, now)
		if got > estimate || got < min(estimate, leastEstimate) {
			t.Fatalf("%v of %v", got, estimate)
		}
		if silence, _ := f.silent(now); silence < 0 {
			t.Fatalf("silent for %v", silence)
		}
	}
}

func TestFeedbackTimeoutDoesNotAllocate(t *testing.T) {
	f := newInFlight(100 * time.Millisecond)
	if n := testing.AllocsPerRun(100, func() {
		f.run(100*time.Millisecond, true)
		f.limit(Mbps, f.now)
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkFeedbackTimeout(b *testing.B) {
	var f feedbackTimeout
	now := sentAt(0)
	f.feedback(now)
	b.ReportAllocs()
	for range b.N {
		now = now.Add(time.Millisecond)
		f.sent(now)
	}
}
