package bwe

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"
	"time"
	"unsafe"
)

// lossyLink drops packets at random, and those that find its buffer full. Feedback
// comes every 50 ms.
type lossyLink struct {
	rate   Bitrate
	buffer time.Duration // how long the queue is at most
	random float64       // share lost besides
	rtt    time.Duration
	dice   *rand.Rand
	free   time.Time

	now     time.Time
	pending []Result
	acked   ackedBitrate
	sent    int
}

const lossyStep = 50 * time.Millisecond

func newLossyLink(rate Bitrate, buffer time.Duration, random float64) *lossyLink {
	return &lossyLink{
		rate: rate, buffer: buffer, random: random, rtt: 60 * time.Millisecond,
		dice: rand.New(rand.NewPCG(1, 2)), now: sentAt(0),
	}
}

// send sends 50 ms of a bitrate in packets of 1200 octets, and returns the
// feedback that comes meanwhile.
func (k *lossyLink) send(rate Bitrate) []Result {
	k.sent += rate.Octets(lossyStep)
	n := k.sent / 1200
	k.sent %= 1200
	for i := range n {
		at := k.now.Add(time.Duration(i) * lossyStep / time.Duration(n))
		k.pending = append(k.pending, k.carry(at, 1200))
	}
	k.now = k.now.Add(lossyStep)
	reported := 0
	for reported < len(k.pending) && k.now.Sub(k.pending[reported].Sent) >= k.rtt {
		reported++
	}
	feedback := k.pending[:reported:reported]
	k.pending = k.pending[reported:]
	for _, r := range feedback {
		if r.Received {
			k.acked.add(r.Arrived, r.Size, false)
		}
	}
	if reported > 0 {
		k.acked.feedback(k.now)
	}
	return feedback
}

func (k *lossyLink) carry(at time.Time, size int) Result {
	r := Result{Sent: at, Size: size}
	if k.free.Before(at) {
		k.free = at
	}
	if k.free.Sub(at) > k.buffer {
		return r
	}
	k.free = k.free.Add(k.rate.Time(size))
	r.Arrived = k.free.Sub(sentAt(0)) + k.rtt/2
	r.Received = k.dice.Float64() >= k.random
	return r
}

// fill sends what the loss controller says for a time, and calls each after every
// step.
func (k *lossyLink) fill(l *lossController, byDelay Bitrate, duration time.Duration, each func(after time.Duration, estimate Bitrate)) {
	estimate := bounded(l.result)
	for after := lossyStep; after <= duration; after += lossyStep {
		l.add(k.send(estimate), k.now)
		acked, known := k.acked.rateAt(k.now)
		estimate = l.update(byDelay, acked, known, false, k.now)
		each(after, estimate)
	}
}

func newLossController(start Bitrate) *lossController {
	l := &lossController{}
	l.setBounds(30*Kbps, 20*Mbps)
	l.setEstimate(start)
	return l
}

func TestRandomLossCostsLittle(t *testing.T) {
	for _, c := range []struct{ loss, average, least float64 }{
		{0, 1, 1}, {0.01, 0.97, 0.9}, {0.05, 0.9, 0.75}, {0.10, 0.67, 0.4}, {0.15, 0.6, 0.3}, {0.20, 0.4, 0.2},
	} {
		for seed := range uint64(5) {
			for _, start := range []Bitrate{5 * Mbps, Mbps} {
				l := newLossController(start)
				link := newLossyLink(50*Mbps, time.Second, c.loss)
				link.dice = rand.New(rand.NewPCG(seed, 2))
				var sum float64
				least, n := math.Inf(1), 0
				link.fill(l, 5*Mbps, 60*time.Second, func(after time.Duration, e Bitrate) {
					if after < 5*time.Second {
						return
					}
					sum += float64(e) / 5e6
					n++
					least = min(least, float64(e)/5e6)
				})
				if average := sum / float64(n); average < c.average || least < c.least {
					t.Errorf("%v of loss, from %v: %.2f of the estimate by delay on average, %.2f at least", c.loss, start, average, least)
				}
			}
		}
	}
}

func TestOverflowBringsTheEstimateDownToTheLink(t *testing.T) {
	for _, rate := range []Bitrate{500 * Kbps, Mbps, 2 * Mbps, 3 * Mbps, 4 * Mbps} {
		for _, buffer := range []time.Duration{10 * time.Millisecond, 20 * time.Millisecond, 100 * time.Millisecond} {
			for _, random := range []float64{0, 0.02} {
				l := newLossController(5 * Mbps)
				var sum float64
				n := 0
				newLossyLink(rate, buffer, random).fill(l, 5*Mbps, 30*time.Second, func(after time.Duration, e Bitrate) {
					if after < 2*time.Second {
						return
					}
					sum += float64(e)
					n++
					if after == 2*time.Second && e > rate.Scale(1.05) || e > rate.Scale(1.35) {
						t.Errorf("%v, buffer of %v: %v after %v", rate, buffer, e, after)
					}
				})
				average := sum / float64(n) / float64(rate)
				if average < 0.9 || average > 1.2 {
					t.Errorf("%v, buffer of %v, %v of random loss: %.2f of the link on average", rate, buffer, random, average)
				}
			}
		}
	}
}

// TestALinkThatShrinksIsNotTakenForItsNature: the loss of overload is not learned
// as the path's, though there was none at the same bitrate before.
func TestALinkThatShrinksIsNotTakenForItsNature(t *testing.T) {
	for _, rate := range []Bitrate{Mbps, 3 * Mbps, 4 * Mbps} {
		l := newLossController(5 * Mbps)
		link := newLossyLink(20*Mbps, 20*time.Millisecond, 0)
		link.fill(l, 5*Mbps, 10*time.Second, func(time.Duration, Bitrate) {})
		if l.state() != delayBased {
			t.Fatalf("state %v without loss", l.state())
		}
		link.rate = rate
		link.fill(l, 5*Mbps, 20*time.Second, func(after time.Duration, e Bitrate) {
			if l.pathLoss > 0.02 {
				t.Fatalf("%v: after %v %.3f is the path's loss", rate, after, l.pathLoss)
			}
			if after == 2*time.Second && e > rate.Scale(1.05) {
				t.Errorf("%v: %v after 2 s", rate, e)
			}
		})
	}
}

func TestTheEstimateComesBackWhenLossEnds(t *testing.T) {
	l := newLossController(5 * Mbps)
	link := newLossyLink(Mbps, 20*time.Millisecond, 0)
	link.fill(l, 5*Mbps, 5*time.Second, func(time.Duration, Bitrate) {})
	link.rate = 20 * Mbps
	var back time.Duration
	link.fill(l, 5*Mbps, 60*time.Second, func(after time.Duration, e Bitrate) {
		if e == 5*Mbps && back == 0 {
			back = after
		}
	})
	if back == 0 || back > 15*time.Second {
		t.Errorf("back after %v", back)
	}
	if l.state() != delayBased {
		t.Errorf("state %v", l.state())
	}
}

// lossOf makes observations of 250 ms each, from the oldest, of a bitrate and the
// share of it that is lost.
func lossOf(observations ...[2]float64) *lossObservations {
	w := &lossObservations{}
	for _, o := range observations {
		size := o[0] / 8 / 4
		w.ring[w.next] = lossObservation{size: size / 1000, lost: size / 1000 * o[1], rate: o[0]}
		w.next = (w.next + 1) % lossWindow
		w.count = min(w.count+1, lossWindow)
	}
	return w
}

func TestObservationsLastAQuarterOfASecond(t *testing.T) {
	var w lossObservations
	const d = 250 * time.Millisecond
	completed := 0
	for i := range 26 { // 260 ms
		r := Result{Sent: sentAt(float64(i) * 10), Size: 1000, Received: i%5 != 0}
		if w.add([]Result{r}, d) {
			completed++
		}
	}
	want := lossObservation{size: 26, lost: 6, rate: 26 * 8000 * 4}
	if completed != 1 || *w.at(0) != want {
		t.Errorf("%d completed, the last %+v, want %+v", completed, *w.at(0), want)
	}
	// After a silence what there was is dropped: it was of another bitrate.
	w.add([]Result{{Sent: sentAt(260), Size: 1000}}, d)
	w.add([]Result{{Sent: sentAt(2000), Size: 1000}, {Sent: sentAt(2250), Size: 1000, Received: true}}, d)
	if want := (lossObservation{size: 2, lost: 1, rate: 64000}); *w.at(0) != want {
		t.Errorf("%+v after a silence, want %+v", *w.at(0), want)
	}
}

func TestOneBurstOfLossDoesNotCount(t *testing.T) {
	for _, c := range []struct {
		name string
		of   *lossObservations
		want float64
	}{
		{"nothing", lossOf(), 0},
		{"three count all", lossOf([2]float64{1e6, 0.3}, [2]float64{1e6, 0}, [2]float64{1e6, 0}), 0.1},
		{"the worst of five is left out", lossOf([2]float64{1e6, 0.02}, [2]float64{1e6, 0.5}, [2]float64{1e6, 0.02}, [2]float64{1e6, 0.02}, [2]float64{1e6, 0.01}), 0.02},
		{"unless much more was sent in it", lossOf([2]float64{1e6, 0}, [2]float64{2e6, 0.5}, [2]float64{1e6, 0}, [2]float64{1e6, 0}, [2]float64{1e6, 0}), 1.0 / 6},
		{"all lost", lossOf([2]float64{1e6, 1}, [2]float64{1e6, 1}, [2]float64{1e6, 1}, [2]float64{1e6, 1}), 1},
	} {
		if got := c.of.average(1, 2); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	old := lossOf([2]float64{1e6, 0.1}, [2]float64{1e6, 0})
	if got, want := old.average(0.9, 2), 0.09/1.9; math.Abs(got-want) > 1e-9 {
		t.Errorf("%v, want %v: the older one weighs 0.9", got, want)
	}
}

func TestLossProbability(t *testing.T) {
	for _, c := range []struct{ bandwidth, inherent, rate, want float64 }{
		{1e6, 0.02, 5e5, 0.02}, {1e6, 0, 2e6, 0.5}, {1e6, 0.1, 2e6, 0.55}, {1e6, 0, 1e6, 1e-6}, {0, 0, 1e6, 1 - 1e-6},
	} {
		if got := (lossChannel{c.bandwidth, c.inherent}).probability(c.rate); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestNewtonFindsTheInherentLoss(t *testing.T) {
	p := defaultLossParameters()
	w := lossOf([2]float64{1e6, 0.02}, [2]float64{1e6, 0.04}, [2]float64{1e6, 0.03})
	m := lossModel{lossParameters: &p, observations: w}
	c := lossChannel{5e6, 0.01}
	for range 50 {
		c = m.fit(c)
	}
	want := (0.04*0.9 + 0.03 + 0.02*0.81) / 2.71
	if math.Abs(c.inherent-want) > 1e-3 {
		t.Errorf("%v, want %v", c.inherent, want)
	}
	if most := m.feasible(lossChannel{5e6, 1}).inherent; math.Abs(most-0.07) > 1e-12 {
		t.Errorf("%v at most, want 5 %% and 100 kbit/s of 5 Mbit/s", most)
	}
}

func TestInstantLimit(t *testing.T) {
	p := defaultLossParameters()
	for loss, want := range map[float64]float64{0: float64(maxBitrate), 0.05: float64(maxBitrate), 0.1: 2e6, 0.55: 2e5} {
		m := lossModel{lossParameters: &p, averageLoss: loss}
		if got := m.instantLimit(); math.Abs(got-want) > 1 {
			t.Errorf("%v of loss: %v, want %v", loss, got, want)
		}
	}
	m := lossModel{lossParameters: &p, averageLoss: 0.2, pathLoss: 0.1}
	if got := m.instantLimit(); math.Abs(got-2e6) > 1 {
		t.Errorf("%v, want what 10 %% beyond the path's allow", got)
	}
}

func TestPathLossIsLearnedFromAReduction(t *testing.T) {
	p := defaultLossParameters()
	for _, c := range []struct {
		name      string
		of        *lossObservations
		was, want float64
	}{
		{"one bitrate tells nothing", lossOf([2]float64{5e6, 0.1}, [2]float64{5e6, 0.1}, [2]float64{5e6, 0.1}), 0, 0},
		{"and nothing is forgotten", lossOf([2]float64{5e6, 0.1}, [2]float64{5e6, 0.1}, [2]float64{5e6, 0.1}), 0.08, 0.08},
		{"loss stays", lossOf([2]float64{5e6, 0.1}, [2]float64{5e6, 0.1}, [2]float64{4e6, 0.1}, [2]float64{3.6e6, 0.1}, [2]float64{3.6e6, 0.1}, [2]float64{3.6e6, 0.1}, [2]float64{3.6e6, 0.1}), 0, 0.1},
		{"loss goes", lossOf([2]float64{5e6, 0.2}, [2]float64{4e6, 0}, [2]float64{4e6, 0}), 0, 0},
		{"loss goes, what was known too", lossOf([2]float64{5e6, 0.2}, [2]float64{4.2e6, 0.05}, [2]float64{4e6, 0}), 0.1, 0},
		{"loss comes", lossOf([2]float64{5e6, 0}, [2]float64{5e6, 0.4}, [2]float64{4e6, 0.25}, [2]float64{3e6, 0}, [2]float64{3e6, 0}), 0, 0},
	} {
		if got := pathLoss(c.of, c.was, c.of.average(1, 2), &p); math.Abs(got-c.want) > 0.001 {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestALittleMoreThanThePathsLossIsChance(t *testing.T) {
	p := defaultLossParameters()
	var l lossController
	if got := l.chance(&p); got != 0 {
		t.Errorf("%v of nothing", got)
	}
	l.observations = *lossOf([2]float64{5e6, 0.1}, [2]float64{5e6, 0.1}, [2]float64{5e6, 0.1})
	if got := l.chance(&p); got != 0 {
		t.Errorf("%v, though no loss is the path's", got)
	}
	l.pathLoss = 0.1
	few := l.chance(&p)
	l.observations = *lossOf([2]float64{5e7, 0.1}, [2]float64{5e7, 0.1}, [2]float64{5e7, 0.1})
	if many := l.chance(&p); few < 0.01 || few > 0.05 || math.Abs(many*math.Sqrt(10)-few) > 1e-9 {
		t.Errorf("%.4f of 5 Mbit/s and %.4f of ten times that", few, many)
	}
}

func TestHoldsGetLonger(t *testing.T) {
	p := defaultLossParameters()
	l := newLossController(2 * Mbps)
	l.delay = 5e6
	now := sentAt(0)
	for want := 300 * time.Millisecond; want < 3*time.Second; want *= 2 {
		l.limits = increasing
		l.try = lossTry{rate: 9e6, from: now.Add(-time.Hour)}
		l.decide(1e6, &p, now)
		if got := l.hold.until.Sub(now); got != want || l.state() != decreasing {
			t.Errorf("hold of %v in state %v, want %v", got, l.state(), want)
		}
		if l.onHold(2e6, now); l.result != 1e6 {
			t.Errorf("%v in a hold", l.result)
		}
	}
	for range 20 {
		l.limits = increasing
		l.try = lossTry{rate: 9e6, from: now.Add(-time.Hour)}
		l.decide(1e6, &p, now)
	}
	if l.hold.duration != time.Minute {
		t.Errorf("%v at most", l.hold.duration)
	}
	if l.decide(5e6, &p, now); l.state() != delayBased || l.hold != (lossHold{}) {
		t.Errorf("state %v, %+v", l.state(), l.hold)
	}
}

func TestAProbeRaisesTheEstimateExceptDuringLoss(t *testing.T) {
	l := newLossController(Mbps)
	newLossyLink(20*Mbps, time.Second, 0).fill(l, Mbps, time.Second, func(time.Duration, Bitrate) {})
	l.setProbe(3 * Mbps)
	if got := l.update(3*Mbps, Mbps, true, true, sentAt(1000)); got != 3*Mbps {
		t.Errorf("%v after a probe of 3 Mbit/s", got)
	}
	l.limits, l.averageLoss = decreasing, 0.1
	l.setProbe(5 * Mbps)
	if got := l.update(5*Mbps, Mbps, true, true, sentAt(1000)); got != 3*Mbps {
		t.Errorf("%v after a probe with 10 %% of loss", got)
	}
	l.averageLoss, l.hold = 0.01, lossHold{rate: 3e6, until: sentAt(60000)}
	l.setProbe(5 * Mbps)
	if got := l.update(5*Mbps, Mbps, true, true, sentAt(1000)); got != 5*Mbps {
		t.Errorf("%v after a probe in a hold, when the loss has subsided", got)
	}
}

func TestLossControllerFollowsTheDelayAtFirst(t *testing.T) {
	var l lossController
	if got := l.update(2*Mbps, 0, false, false, sentAt(0)); got != 2*Mbps {
		t.Errorf("%v, want what the delay says", got)
	}
	l.setBounds(100*Kbps, Mbps)
	if got := l.update(2*Mbps, 0, false, false, sentAt(0)); got != Mbps {
		t.Errorf("%v, want the highest", got)
	}
	if got := l.update(0, 0, false, false, sentAt(0)); got != 100*Kbps {
		t.Errorf("%v, want the lowest", got)
	}
}

// sane fails when a bitrate is out of bounds, or something is no number.
func (l *lossController) sane(t *testing.T, got, lowest, highest Bitrate) {
	t.Helper()
	if got < lowest || got > highest {
		t.Fatalf("%d, not within %d and %d", got, lowest, highest)
	}
	for _, f := range []float64{l.channel.bandwidth, l.channel.inherent, l.averageLoss, l.pathLoss, l.result, l.hold.rate, l.window.limit} {
		if math.IsNaN(f) || math.IsInf(f, 0) || f < 0 {
			t.Fatalf("%+v", l)
		}
	}
	if l.channel.inherent > 1 || l.averageLoss > 1 || l.pathLoss > 1 {
		t.Fatalf("loss beyond 1: %+v", l)
	}
}

func TestLossControllerStaysWithinBounds(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		l := newLossController(bounded(random.ExpFloat64() * 1e6))
		l.setBounds(30*Kbps, 5*Mbps)
		now := sentAt(0)
		for range 1000 {
			results := make([]Result, random.IntN(40))
			loss := random.Float64() * random.Float64()
			for i := range results {
				now = now.Add(time.Duration(random.ExpFloat64() * 1e7))
				results[i] = Result{Sent: now, Size: random.IntN(1500), Received: random.Float64() >= loss}
			}
			l.add(results, now)
			delay := bounded(random.ExpFloat64() * 2e6)
			if random.IntN(20) == 0 {
				l.setProbe(bounded(random.ExpFloat64() * 3e6))
			}
			got := l.update(delay, bounded(random.ExpFloat64()*1e6), random.IntN(9) > 0, random.IntN(2) > 0, now)
			l.sane(t, got, 30*Kbps, 5*Mbps)
			if got > max(delay, 30*Kbps) {
				t.Fatalf("%d, the delay allows %d", got, delay)
			}
		}
	}
}

// arbitraryResult decodes 8 octets.
func arbitraryResult(data []byte) Result {
	return Result{
		Sent:     sentAt(0).Add(time.Duration(int16(binary.BigEndian.Uint16(data))) * time.Millisecond), //nolint:gosec // any will do
		Arrived:  time.Duration(int16(binary.BigEndian.Uint16(data[2:]))) * time.Millisecond,            //nolint:gosec // any will do
		Size:     int(int16(binary.BigEndian.Uint16(data[4:]))),                                         //nolint:gosec // any will do
		Probe:    ProbeID(data[6] & 7),
		Received: data[7]&1 != 0,
	}
}

func FuzzLossController(f *testing.F) {
	f.Add([]byte{0, 0, 0, 10, 4, 0, 0, 1, 1, 0, 1, 10, 4, 0, 0, 1, 2, 0, 2, 10, 4, 0, 0, 0})
	f.Add([]byte{0, 0, 0, 10, 4, 0, 0, 0, 127, 255, 1, 10, 255, 255, 0, 0, 128, 0, 2, 10, 127, 255, 0, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		l := newLossController(Mbps)
		l.setBounds(30*Kbps, 5*Mbps)
		for i := 0; len(data) >= 8; i++ {
			r := arbitraryResult(data)
			acked := Bitrate(binary.BigEndian.Uint32(data))
			if i%7 == 6 {
				l.setProbe(acked)
			}
			now := sentAt(float64(100 * i))
			l.add([]Result{r}, now)
			got := l.update(Bitrate(binary.BigEndian.Uint32(data[4:])), acked, i%3 > 0, i%2 > 0, now)
			l.sane(t, got, 30*Kbps, 5*Mbps)
			data = data[8:]
		}
	})
}

func TestLossControllerIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(lossController{}); size > 640 {
		t.Errorf("%d octets", size)
	}
}

// lossyBatch returns the results of a batch of 20 packets over 100 ms, a tenth of
// them lost.
func lossyBatch(batch []Result, now time.Time) {
	for i := range batch {
		batch[i] = Result{Sent: now.Add(time.Duration(i) * 5 * time.Millisecond), Size: 1200, Received: i%10 != 0}
	}
}

func TestLossControllerDoesNotAllocate(t *testing.T) {
	l := newLossController(Mbps)
	now := sentAt(0)
	batch := make([]Result, 20)
	if n := testing.AllocsPerRun(200, func() {
		now = now.Add(100 * time.Millisecond)
		lossyBatch(batch, now)
		l.add(batch, now)
		l.update(5*Mbps, Mbps, true, false, now)
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkLossController is 100 ms of lossy feedback; each third run completes an
// observation.
func BenchmarkLossController(b *testing.B) {
	l := newLossController(Mbps)
	now := sentAt(0)
	batch := make([]Result, 20)
	b.ReportAllocs()
	for range b.N {
		now = now.Add(100 * time.Millisecond)
		lossyBatch(batch, now)
		l.add(batch, now)
		l.update(5*Mbps, Mbps, true, false, now)
	}
}
