package bwe

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
	"unsafe"
)

// prober is a probeController with time, and what it asked for.
type prober struct {
	probeController
	limited  applicationLimited
	now      time.Time
	clusters []Cluster
}

// newProber returns one whose start was probed, without a result.
func newProber(estimate, demand Bitrate) *prober {
	p := &prober{now: sentAt(0)}
	p.state = probed
	p.setDemand(demand)
	p.allocated = demand
	p.setEstimate(estimate, limitedByDelay, p.now)
	return p
}

// wait lets time pass, tick by tick, while a share of the estimate is sent, and
// returns the bitrates to probe.
func (p *prober) wait(d time.Duration, share float64) (rates []Bitrate) {
	const step = 20 * time.Millisecond
	p.limited.setEstimate(p.estimate)
	for end := p.now.Add(d); p.now.Before(end); {
		p.now = p.now.Add(step)
		p.limited.sent(p.estimate.Scale(share).Octets(step), p.now)
		p.tick(&p.limited, p.now)
		rates = append(rates, p.drain()...)
	}
	return rates
}

func (p *prober) drain() (rates []Bitrate) {
	for {
		c, ok := p.next(p.now)
		if !ok {
			return rates
		}
		p.clusters = append(p.clusters, c)
		rates = append(rates, c.Rate)
	}
}

func wantRates(t *testing.T, got []Bitrate, want ...Bitrate) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("probes of %v, want %v", got, want)
	}
}

func TestStartIsProbedExponentially(t *testing.T) {
	p := &prober{now: sentAt(0)}
	p.setDemand(5 * Mbps)
	wantRates(t, p.wait(time.Second, 1))
	p.setEstimate(300*Kbps, limitedByDelay, p.now)
	wantRates(t, p.wait(100*time.Millisecond, 1), 900*Kbps, 1800*Kbps)
	p.setEstimate(900*Kbps, limitedByDelay, p.now)
	wantRates(t, p.drain())
	p.setEstimate(1300*Kbps, limitedByDelay, p.now) // more than 70 % of 1.8 Mbit/s
	wantRates(t, p.drain(), 2600*Kbps)
	p.setEstimate(2600*Kbps, limitedByDelay, p.now)
	wantRates(t, p.drain(), 5200*Kbps)
	p.setEstimate(3*Mbps, limitedByDelay, p.now) // less than 70 %
	wantRates(t, p.wait(2*time.Second, 1))
	p.setEstimate(4*Mbps, limitedByDelay, p.now) // too late
	wantRates(t, p.drain())
	want := Cluster{
		ID: 1, Rate: 900 * Kbps, MinPackets: 5, MinOctets: 1687,
		MinDelta: 2 * time.Millisecond, MinDuration: 15 * time.Millisecond,
	}
	if p.clusters[0] != want {
		t.Errorf("%+v, want %+v", p.clusters[0], want)
	}
}

func TestProbesEndAtTwiceTheDemandAndAtTheMaximum(t *testing.T) {
	for _, c := range []struct {
		demand, max Bitrate
		want        []Bitrate
	}{
		{400 * Kbps, 0, []Bitrate{800 * Kbps}},
		{450 * Kbps, 0, []Bitrate{900 * Kbps}},
		{600 * Kbps, 0, []Bitrate{900 * Kbps, 1200 * Kbps}},
		{5 * Mbps, Mbps, []Bitrate{900 * Kbps, Mbps}},
		{5 * Mbps, 310 * Kbps, nil},
		{5 * Mbps, 200 * Kbps, nil},
	} {
		p := &prober{now: sentAt(0)}
		p.setMax(c.max)
		p.setDemand(c.demand)
		p.setEstimate(300*Kbps, limitedByDelay, p.now)
		wantRates(t, p.wait(100*time.Millisecond, 1), c.want...)
		// At the end of what may be probed no result leads further.
		p.setEstimate(p.most().Scale(0.9), limitedByDelay, p.now)
		wantRates(t, p.drain())
	}
}

// TestNothingIsProbedWhileAllFits: a receiver whose videos all fit gets no padding,
// whatever else happens.
func TestNothingIsProbedWhileAllFits(t *testing.T) {
	p := &prober{now: sentAt(0)}
	p.setDemand(Mbps)
	for range 20 {
		p.setEstimate(3*Mbps, limitedByDelay, p.now)
		wantRates(t, p.wait(time.Second, 0.3))
		p.setEstimate(Mbps, limitedByOveruse, p.now)
		wantRates(t, p.wait(time.Second, 0.9))
		p.setEstimate(Mbps, limitedByDelay, p.now)
		wantRates(t, p.wait(10*time.Second, 0.9))
		p.restart()
	}
}

func TestApplicationLimitedSenderProbesEachFiveSeconds(t *testing.T) {
	p := newProber(Mbps, 3*Mbps)
	at := p.now
	wantRates(t, p.wait(5600*time.Millisecond, 0.3)) // 740 ms until that is found
	for range 3 {
		wantRates(t, p.wait(300*time.Millisecond, 0.3), 2*Mbps)
		wantRates(t, p.wait(4700*time.Millisecond, 0.3))
	}
	if n := len(p.clusters); n != 3 {
		t.Errorf("%d in %v", n, p.now.Sub(at))
	}
	p.setDemand(Mbps)
	wantRates(t, p.wait(20*time.Second, 0.3))
}

func TestAPeriodicProbeLeadsFurther(t *testing.T) {
	p := newProber(Mbps, 9*Mbps)
	wantRates(t, p.wait(6*time.Second, 0.3), 2*Mbps)
	p.setEstimate(1900*Kbps, limitedByDelay, p.now)
	wantRates(t, p.drain(), 3800*Kbps)
}

// TestASenderBetweenTwoLevelsProbes: it sends three quarters of the estimate, and
// the next level does not fit.
func TestASenderBetweenTwoLevelsProbes(t *testing.T) {
	p := newProber(Mbps, 3*Mbps)
	wantRates(t, p.wait(5900*time.Millisecond, 0.75))
	wantRates(t, p.wait(200*time.Millisecond, 0.75), 2*Mbps)
	wantRates(t, p.wait(5800*time.Millisecond, 0.75))
	p.setEstimate(1100*Kbps, limitedByDelay, p.now) // it grows by itself
	wantRates(t, p.wait(300*time.Millisecond, 0.75), 2200*Kbps)
	p.setEstimate(Mbps, limitedByOveruse, p.now)
	p.setEstimate(Mbps, limitedByDelay, p.now.Add(3*time.Second))
	wantRates(t, p.wait(8*time.Second, 0.75)) // not soon after that
}

func TestMoreDemandIsProbed(t *testing.T) {
	for _, c := range []struct {
		demand Bitrate
		want   []Bitrate
	}{
		{1200 * Kbps, []Bitrate{1200 * Kbps, 2 * Mbps}}, // twice the estimate, not twice the demand
		{1040 * Kbps, []Bitrate{2 * Mbps}},              // the first would tell nothing
		{3 * Mbps, []Bitrate{2 * Mbps}},                 // twice the estimate at most
	} {
		p := newProber(Mbps, 900*Kbps)
		wantRates(t, p.wait(2*time.Second, 0.3))
		p.setDemand(c.demand)
		wantRates(t, p.wait(100*time.Millisecond, 0.3), c.want...)
	}
}

func TestDemandThatVariesIsNotProbedEachTime(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	p := newProber(Mbps, 900*Kbps)
	for range 600 { // a minute
		p.setDemand(bounded(3e6 * (0.9 + 0.2*random.Float64())))
		p.wait(100*time.Millisecond, 0.3)
	}
	if n := len(p.clusters); n < 10 || n > 20 {
		t.Errorf("%d probes in a minute", n)
	}
	p.clusters = nil
	p.setDemand(Mbps / 2)
	p.wait(2*time.Second, 0.3)
	p.setDemand(3 * Mbps)
	wantRates(t, p.wait(100*time.Millisecond, 0.3), 2*Mbps)
}

func TestDemandIsNotProbedWhileTheEstimateIsUsed(t *testing.T) {
	p := newProber(Mbps, 900*Kbps)
	wantRates(t, p.wait(2*time.Second, 1))
	p.setDemand(3 * Mbps)
	wantRates(t, p.wait(2*time.Second, 1))
	wantRates(t, p.wait(time.Second, 0), 2*Mbps) // now that it is not
}

func TestALargeDropThatEndsIsProbed(t *testing.T) {
	for _, c := range []struct {
		name     string
		fall     Bitrate
		lasts    time.Duration
		recovers []Bitrate
	}{
		{"to half", Mbps, time.Second, []Bitrate{1700 * Kbps}},
		{"to two thirds", 1330 * Kbps, time.Second, nil},
		{"for long", Mbps, 6 * time.Second, nil},
	} {
		p := newProber(2*Mbps, 3*Mbps)
		wantRates(t, p.wait(2*time.Second, 1))
		p.setEstimate(c.fall, limitedByOveruse, p.now)
		wantRates(t, p.wait(c.lasts, 1))
		p.setEstimate(c.fall, limitedByDelay, p.now)
		if got := p.wait(time.Second, 1); !slices.Equal(got, c.recovers) {
			t.Errorf("%s: probes of %v, want %v", c.name, got, c.recovers)
		}
		p.setEstimate(2*Mbps, limitedByDelay, p.now)
		p.setEstimate(c.fall, limitedByOveruse, p.now)
		p.setEstimate(c.fall, limitedByDelay, p.now)
		if len(c.recovers) > 0 { // not twice in 5 s
			wantRates(t, p.wait(2*time.Second, 1))
		}
	}
}

func TestThePathIsProbedAnewAfterAnOutage(t *testing.T) {
	p := newProber(500*Kbps, 3*Mbps)
	wantRates(t, p.wait(2*time.Second, 1))
	p.restart()
	wantRates(t, p.wait(time.Second, 1), 1500*Kbps, 3*Mbps)
}

func TestNothingIsProbedWhenThePathIsFull(t *testing.T) {
	for cause, want := range map[limitCause]Bitrate{
		limitedByDelay: 2 * Mbps, limitedByLossIncreasing: 1500 * Kbps,
		limitedByLoss: 0, limitedByOveruse: 0, limitedByRoundTrip: 0,
	} {
		p := newProber(Mbps, 3*Mbps)
		p.setEstimate(Mbps, cause, p.now)
		got := p.wait(8*time.Second, 0.3)
		if want == 0 && len(got) > 0 || want > 0 && !slices.Equal(got, []Bitrate{want}) {
			t.Errorf("cause %v: %v, want %v", cause, got, want)
		}
	}
}

func TestClustersThatAreOfNoUseAnyMoreAreDropped(t *testing.T) {
	for name, change := range map[string]func(p *prober){
		"all fits":  func(p *prober) { p.setDemand(200 * Kbps) },
		"overuse":   func(p *prober) { p.setEstimate(300*Kbps, limitedByOveruse, p.now) },
		"too late":  func(p *prober) { p.now = p.now.Add(1100 * time.Millisecond) },
		"restarted": func(p *prober) { p.restart() },
	} {
		p := &prober{now: sentAt(0)}
		p.setDemand(5 * Mbps)
		p.setEstimate(300*Kbps, limitedByDelay, p.now)
		p.tick(&p.limited, p.now)
		if c, ok := p.next(p.now); !ok || c.Rate != 900*Kbps {
			t.Fatalf("%s: %+v", name, c)
		}
		change(p)
		if c, ok := p.next(p.now); ok {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

// TestProbesFindTheLinkWithFewAttempts closes the loop: a link of 3 Mbit/s, of which
// little is used though there is use for more.
func TestProbesFindTheLinkWithFewAttempts(t *testing.T) {
	const link = 3 * Mbps
	p := &prober{now: sentAt(0)}
	p.setDemand(10 * Mbps)
	p.setEstimate(300*Kbps, limitedByDelay, p.now)
	var foundAfter time.Duration
	for p.now.Before(sentAt(60_000)) {
		for _, rate := range p.wait(100*time.Millisecond, 0.3) {
			result := min(rate, link.Scale(saturatedUtilization))
			if result > p.estimate {
				p.setEstimate(result, limitedByDelay, p.now)
			}
		}
		if foundAfter == 0 && p.estimate >= link.Scale(0.9) {
			foundAfter = p.now.Sub(sentAt(0))
		}
	}
	if foundAfter == 0 || foundAfter > 2*time.Second || len(p.clusters) > 20 {
		t.Errorf("found after %v, %d clusters in a minute", foundAfter, len(p.clusters))
	}
}

func TestProbesStayWithinBounds(t *testing.T) {
	random := rand.New(rand.NewPCG(13, 14))
	for range 20 {
		p := &prober{now: sentAt(0)}
		p.setMax(5 * Mbps)
		ids := map[ProbeID]bool{}
		for p.now.Before(sentAt(60_000)) {
			p.now = p.now.Add(time.Duration(random.ExpFloat64() * 5e7))
			p.limited.sent(random.IntN(10_000), p.now)
			switch random.IntN(12) {
			case 0:
				p.setDemand(bounded(random.NormFloat64() * 3e6))
			case 1, 2, 3:
				p.setEstimate(bounded(random.ExpFloat64()*1e6), limitCause(random.IntN(5)), p.now) //nolint:gosec // small
				p.limited.setEstimate(p.estimate)
			case 4:
				if random.IntN(50) == 0 {
					p.restart()
				}
			}
			p.tick(&p.limited, p.now)
			p.drain()
			for _, c := range p.clusters[len(ids):] {
				if c.Rate > 5*Mbps || c.Rate > 2*p.demand || c.Rate <= p.estimate || !p.cause.mayProbe() || c.ID == 0 || ids[c.ID] {
					t.Fatalf("%+v: demand %v, estimate %v, cause %v", c, p.demand, p.estimate, p.cause)
				}
				ids[c.ID] = true
			}
		}
		if n := len(p.clusters); n > 120 {
			t.Errorf("%d clusters in a minute", n)
		}
	}
}

func TestProbeControllerIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(probeController{}); size > 320 {
		t.Errorf("%d octets", size)
	}
}

func TestProbeControllerDoesNotAllocate(t *testing.T) {
	p := newProber(Mbps, 3*Mbps)
	if n := testing.AllocsPerRun(100, func() {
		p.restart()
		p.now = p.now.Add(2 * time.Second)
		p.setEstimate(Mbps, limitedByDelay, p.now)
		p.limited.sent(0, p.now)
		p.tick(&p.limited, p.now)
		if _, ok := p.next(p.now); !ok {
			t.Fatal("no probe")
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkProbeController(b *testing.B) {
	p := newProber(Mbps, 3*Mbps)
	b.ReportAllocs()
	for range b.N {
		p.now = p.now.Add(20 * time.Millisecond)
		p.setEstimate(Mbps, limitedByDelay, p.now)
		p.tick(&p.limited, p.now)
		p.next(p.now)
	}
}
