package bwe

import (
	"math/rand/v2"
	"testing"
	"time"
)

// steadily updates c every 50 ms, and returns the time after that.
func steadily(c *rateControl, u usage, acked Bitrate, limited bool, from time.Time, duration time.Duration) time.Time {
	end := from.Add(duration)
	for ; from.Before(end); from = from.Add(50 * time.Millisecond) {
		c.update(u, acked, true, limited, from)
	}
	return from
}

func newStarted(start Bitrate) rateControl {
	c := newRateControl(30*Kbps, 30*Mbps)
	c.setStart(start)
	return c
}

func TestRateGrowsBy8PercentASecond(t *testing.T) {
	c := newStarted(Mbps)
	now := steadily(&c, normal, Mbps, false, sentAt(0), time.Second)
	c.update(normal, Mbps, true, false, now)
	if got := c.target(); !around(got, 1080*Kbps, 0.001) {
		t.Errorf("%d after a second, want 1080 kbit/s", got)
	}
	c.update(normal, Mbps, true, false, now.Add(time.Hour))
	if got := c.target(); !around(got, 1166*Kbps, 0.001) {
		t.Errorf("%d after an hour without feedback, want 1166 kbit/s", got)
	}
}

func TestRateGrowsBy20KbpsASecondAtLeast(t *testing.T) {
	c := newStarted(50 * Kbps)
	now := steadily(&c, normal, 50*Kbps, false, sentAt(0), time.Second)
	if got := c.update(normal, 50*Kbps, true, false, now); got != 70*Kbps {
		t.Errorf("%d after a second, want 70 kbit/s", got)
	}
}

func TestRateGrowsNoFurtherThanArrivalsAllow(t *testing.T) {
	for _, c := range []struct {
		name         string
		start, acked Bitrate
		limited      bool
		want         Bitrate
	}{
		{"1.5 times and 10 kbit/s", 500 * Kbps, 600 * Kbps, false, 910 * Kbps},
		{"already beyond", 2 * Mbps, 600 * Kbps, false, 2 * Mbps},
		{"application-limited", 500 * Kbps, 400 * Kbps, true, 500 * Kbps},
		{"application-limited, and more arrives", 500 * Kbps, 600 * Kbps, true, 600 * Kbps},
		{"nothing arrives", 500 * Kbps, 0, false, 500 * Kbps},
		{"highest", 20 * Mbps, 100 * Mbps, false, 30 * Mbps},
	} {
		r := newStarted(c.start)
		steadily(&r, normal, c.acked, c.limited, sentAt(0), 30*time.Minute)
		if got := r.target(); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

func TestOveruseReducesBelowWhatArrives(t *testing.T) {
	for _, c := range []struct {
		name         string
		start, acked Bitrate
		want         Bitrate
	}{
		{"", Mbps, 800 * Kbps, 675 * Kbps},
		{"never to more", 500 * Kbps, 800 * Kbps, 500 * Kbps},
		{"not below the lowest", Mbps, 10 * Kbps, 30 * Kbps},
		{"nothing arrives", Mbps, 0, 30 * Kbps},
	} {
		r := newStarted(c.start)
		if got := r.update(overuse, c.acked, true, false, sentAt(0)); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

func TestOveruseWithMoreArrivingThanSentReducesToTheCapacity(t *testing.T) {
	c := newStarted(Mbps)
	c.capacity.onOveruse(Mbps)
	if got := c.update(overuse, 1300*Kbps, true, false, sentAt(0)); got != 850*Kbps {
		t.Errorf("%d, want 850 kbit/s", got)
	}
}

func TestRateIsReducedOnceInARoundTrip(t *testing.T) {
	for _, c := range []struct{ roundTrip, interval time.Duration }{
		{0, 10 * time.Millisecond},
		{80 * time.Millisecond, 80 * time.Millisecond},
		{time.Second, 200 * time.Millisecond},
		{-time.Second, 10 * time.Millisecond},
	} {
		r := newStarted(Mbps)
		r.setRoundTrip(c.roundTrip)
		first := r.update(overuse, 900*Kbps, true, false, sentAt(0))
		early := sentAt(0).Add(c.interval - time.Millisecond)
		if got := r.update(overuse, 600*Kbps, true, false, early); got != first {
			t.Errorf("round trip %v: %d before %v, want %d still", c.roundTrip, got, c.interval, first)
		}
		if got := r.update(overuse, 600*Kbps, true, false, sentAt(0).Add(c.interval)); got != 505*Kbps {
			t.Errorf("round trip %v: %d after %v, want 505 kbit/s", c.roundTrip, got, c.interval)
		}
	}
}

func TestRateIsReducedAtOnceWhenLessThanHalfArrives(t *testing.T) {
	c := newStarted(Mbps)
	c.update(overuse, Mbps, true, false, sentAt(0))
	if c.timeToReduceFurther(sentAt(1), 423*Kbps) || !c.timeToReduceFurther(sentAt(1), 422*Kbps) {
		t.Error("half of 845 kbit/s is not where it is time")
	}
	if got := c.update(overuse, 100*Kbps, true, false, sentAt(1)); got != 80*Kbps {
		t.Errorf("%d, want 80 kbit/s", got)
	}
}

func TestIncreasesOfOtherFlowsDoNotPutOffADecrease(t *testing.T) {
	c := newStarted(Mbps)
	now := steadily(&c, normal, Mbps, false, sentAt(0), time.Second)
	if got := c.update(overuse, Mbps, true, false, now.Add(-time.Millisecond)); got != 845*Kbps {
		t.Errorf("%d, want 845 kbit/s", got)
	}
}

func TestRateIsHalvedWhileItIsNotKnownWhatArrives(t *testing.T) {
	c := newStarted(Mbps)
	for i, want := range []Bitrate{500 * Kbps, 500 * Kbps, 250 * Kbps} { // the round trip is 200 ms
		now := sentAt(100 * float64(i))
		if got := c.update(overuse, 0, false, false, now); got != want {
			t.Errorf("%d after %d overuses, want %d", got, i+1, want)
		}
	}
}

func TestUnderuseHolds(t *testing.T) {
	c := newStarted(Mbps)
	now := steadily(&c, normal, Mbps, false, sentAt(0), time.Second)
	before := c.target()
	now = steadily(&c, underuse, Mbps, false, now, time.Minute)
	if got := c.target(); got != before {
		t.Errorf("%d, want %d", got, before)
	}
	if got := c.update(normal, Mbps, true, false, now); got != before {
		t.Errorf("%d right after, want %d: nothing was due", got, before)
	}
}

func TestRateGrowsByAPacketInTwoResponseTimesNearTheCapacity(t *testing.T) {
	for _, c := range []struct {
		start     Bitrate
		roundTrip time.Duration
		want      Bitrate
	}{
		{900 * Kbps, 100 * time.Millisecond, 18750},     // 30 kbit are 4 packets of 7.5 kbit
		{900 * Kbps, 200 * time.Millisecond, 12500},     // in 600 ms
		{90 * Kbps, 200 * time.Millisecond, 5000},       // 3 kbit are one packet
		{30 * Kbps, 200 * time.Millisecond, 4000},       // at least
		{900 * Kbps, 1<<63 - 1 - time.Second, 4 * Kbps}, // a round trip beyond belief
	} {
		r := newStarted(c.start)
		r.setRoundTrip(c.roundTrip)
		if got := r.nearMax(); got != c.want {
			t.Errorf("%v, round trip %v: %d a second, want %d", c.start, c.roundTrip, got, c.want)
		}
	}
	c := newStarted(Mbps)
	now := steadily(&c, overuse, Mbps, false, sentAt(0), time.Millisecond)
	now = steadily(&c, normal, Mbps, false, now, 10*time.Second)
	if got := c.target(); got < 950*Kbps || got > 1010*Kbps {
		t.Errorf("%d after 10 s, want about 980 kbit/s", got)
	}
	steadily(&c, normal, 1100*Kbps, false, now, time.Second) // beyond the capacity's upper bound
	if c.capacity.has() {
		t.Error("the capacity is not forgotten when more arrives")
	}
}

func TestAProbeSetsTheRate(t *testing.T) {
	c := newStarted(Mbps)
	c.capacity.onOveruse(Mbps)
	c.setProbe(3*Mbps, sentAt(0))
	if c.target() != 3*Mbps || c.capacity.has() {
		t.Errorf("%v, capacity known: %v, want 3 Mbit/s and no", c.target(), c.capacity.has())
	}
	if got := c.update(overuse, 2*Mbps, true, false, sentAt(199)); got != 3*Mbps {
		t.Errorf("%v within the round trip", got)
	}
	steadily(&c, normal, 500*Kbps, true, sentAt(300), 30*time.Minute)
	if got := c.target(); got != 3*Mbps {
		t.Errorf("%v after half an hour of little to send, want 3 Mbit/s", got)
	}
	c.setProbe(99*Mbps, sentAt(0))
	if got := c.target(); got != 30*Mbps {
		t.Errorf("%v, want the highest", got)
	}
	c.capacity.onOveruse(2 * Mbps)
	c.setProbe(Mbps, sentAt(0))
	if got := c.capacity.estimate(); got != 1500*Kbps {
		t.Errorf("capacity %v, want 1.5 Mbit/s", got)
	}
}

func TestRateWithoutAStart(t *testing.T) {
	c := newRateControl(30*Kbps, 30*Mbps)
	if c.ready || c.target() != 30*Mbps {
		t.Errorf("initialized %v at %v", c.ready, c.target())
	}
	now := steadily(&c, normal, 400*Kbps, false, sentAt(0), learningTime)
	if c.ready {
		t.Error("initialized before 5 s of arrivals")
	}
	steadily(&c, normal, 400*Kbps, false, now, 100*time.Millisecond)
	if !c.ready || !around(c.target(), 400*Kbps, 0.01) {
		t.Errorf("initialized %v at %v, want 400 kbit/s", c.ready, c.target())
	}
	c = newRateControl(30*Kbps, 30*Mbps)
	if got := c.update(overuse, Mbps, true, false, sentAt(0)); got != 845*Kbps || !c.ready {
		t.Errorf("%v by overuse, initialized: %v", got, c.ready)
	}
}

func TestLimitsMoveTheRate(t *testing.T) {
	c := newStarted(Mbps)
	c.setLimits(0, 500*Kbps)
	if got := c.target(); got != 500*Kbps {
		t.Errorf("%v, want the highest", got)
	}
	c.setLimits(2*Mbps, 1)
	if got := c.target(); got != 2*Mbps {
		t.Errorf("%v, want the lowest", got)
	}
}

// TestRateKeepsItsBounds draws arbitrary updates and holds them to what must
// always be.
func TestRateKeepsItsBounds(t *testing.T) {
	random := rand.New(rand.NewPCG(12, 13))
	for range 300 {
		c := newRateControl(30*Kbps, 5*Mbps)
		now := sentAt(0)
		for range 300 {
			now = now.Add(time.Duration(random.ExpFloat64() * float64(100*time.Millisecond)))
			acked, limited := Bitrate(random.ExpFloat64()*1e6), random.IntN(2) == 0
			before, ready := c.target(), c.ready
			u := usage(random.IntN(3))
			switch random.IntN(40) {
			case 0:
				c.setProbe(acked, now)
				continue
			case 1:
				c.setRoundTrip(time.Duration(random.ExpFloat64() * 1e8))
			}
			got := c.update(u, acked, random.IntN(5) > 0, limited, now)
			switch {
			case got < 30*Kbps || got > 5*Mbps:
				t.Fatalf("%d", got)
			case u != normal && got > before:
				t.Fatalf("usage %v: from %d to %d", u, before, got)
			case u != overuse && ready && got < before:
				t.Fatalf("usage %v: from %d to %d", u, before, got)
			case got > before && limited && got > c.acked:
				t.Fatalf("application-limited: from %d to %d, and %d arrives", before, got, c.acked)
			case got > before && got > c.acked.Scale(1.5)+10*Kbps:
				t.Fatalf("from %d to %d, and %d arrives", before, got, c.acked)
			}
		}
	}
}

// TestRateSettlesAtTheBottleneck sends what the estimate says through paths of one
// bottleneck for two minutes.
func TestRateSettlesAtTheBottleneck(t *testing.T) {
	random := rand.New(rand.NewPCG(14, 15))
	for _, rate := range []Bitrate{300 * Kbps, Mbps, 3 * Mbps, 10 * Mbps} {
		path := delayPath{rate: rate, delay: 20 * time.Millisecond, jitter: time.Millisecond, random: random}
		c := newStarted(300 * Kbps)
		c.setRoundTrip(50 * time.Millisecond)
		d := newDelayDetector()
		var acked ackedBitrate
		var sum Bitrate
		var queue time.Duration
		const steps, settled = 2400, 1200 // of 50 ms
		for i := range steps {
			at := time.Duration(i) * 50 * time.Millisecond
			var batch []Result
			for left := c.target().Octets(50 * time.Millisecond); left > 0; left -= 1200 {
				after := at + time.Duration(len(batch))*c.target().Time(1200)
				batch = append(batch, path.carry(after, min(left, 1200)))
			}
			now := sentAt(0).Add(at + 100*time.Millisecond)
			for _, r := range batch {
				acked.add(r.Arrived, r.Size, false)
			}
			acked.feedback(now)
			u := d.add(batch, now)
			known, ok := acked.rateAt(now)
			c.update(u, known, ok, false, now)
			if i >= settled {
				sum += c.target() / (steps - settled)
				queue = max(queue, path.free.Sub(sentAt(0).Add(at+50*time.Millisecond)))
			}
		}
		t.Logf("%v: %v on average, queue of %v at most", rate, sum, queue)
		if sum < rate.Scale(0.75) || sum > rate.Scale(1.02) || queue > 400*time.Millisecond {
			t.Errorf("%v: %v on average, queue of %v at most", rate, sum, queue)
		}
	}
}

func TestRateControlDoesNotAllocate(t *testing.T) {
	c := newStarted(Mbps)
	now := sentAt(0)
	if n := testing.AllocsPerRun(100, func() {
		now = now.Add(50 * time.Millisecond)
		c.update(normal, Mbps, true, false, now)
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkRateControl(b *testing.B) {
	c := newStarted(Mbps)
	now := sentAt(0)
	b.ReportAllocs()
	for range b.N {
		now = now.Add(50 * time.Millisecond)
		c.update(normal, Mbps, true, false, now)
	}
}
