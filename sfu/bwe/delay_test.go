package bwe

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
	"unsafe"
)

// delayPath is a path with one bottleneck, of which feedback comes every 50 ms.
type delayPath struct {
	rate   Bitrate       // of the bottleneck
	delay  time.Duration // of an empty path
	jitter time.Duration // each packet is late or early by this much, at most
	inline bool          // jitter does not let one packet overtake another
	skew   float64       // how much faster the receiver's clock goes
	jump   time.Duration // what its clock is put forward by, after half of the time
	random *rand.Rand
	free   time.Time     // when the bottleneck is
	last   time.Duration // the latest arrival
}

// carry returns the result of a packet, sent that long after the start.
func (p *delayPath) carry(after time.Duration, size int) Result {
	sent := sentAt(0).Add(after)
	if p.free.Before(sent) {
		p.free = sent
	}
	p.free = p.free.Add(p.rate.Time(size))
	arrived := p.free.Sub(sentAt(0)) + p.delay
	if p.jitter > 0 {
		arrived += time.Duration(p.random.Int64N(int64(2*p.jitter))) - p.jitter
	}
	if p.inline {
		arrived = max(arrived, p.last)
		p.last = arrived
	}
	return Result{
		Sent: sent, Arrived: time.Duration(float64(arrived) * (1 + p.skew)), Size: size, Received: true,
	}
}

// pictures returns the results of a video of that bitrate, of 30 pictures a
// second, the packets of a picture 1 ms apart.
func (p *delayPath) pictures(rate Bitrate, duration time.Duration) []Result {
	const interval = time.Second / 30
	var results []Result
	for at := time.Duration(0); at < duration; at += interval {
		left := max(rate.Octets(interval), 50)
		for i := 0; left > 0; i++ {
			size := min(left, 1200)
			r := p.carry(at+time.Duration(i)*time.Millisecond, size)
			if at > duration/2 {
				r.Arrived += p.jump
			}
			results = append(results, r)
			left -= size
		}
	}
	return results
}

// sound returns the results of sound, a packet every 20 ms.
func (p *delayPath) sound(duration time.Duration) []Result {
	var results []Result
	for at := time.Duration(0); at < duration; at += 20 * time.Millisecond {
		results = append(results, p.carry(at, 120))
	}
	return results
}

// feedbackOf calls each with the results of each 50 ms.
func feedbackOf(results []Result, each func(batch []Result, now time.Time)) {
	const interval = 50 * time.Millisecond
	for len(results) > 0 {
		end := results[0].Sent.Add(interval)
		n := slices.IndexFunc(results, func(r Result) bool { return !r.Sent.Before(end) })
		if n < 0 {
			n = len(results)
		}
		each(results[:n], end.Add(interval))
		results = results[n:]
	}
}

// firstOveruse returns how long after the start a detector found overuse.
func firstOveruse(results []Result) (after time.Duration, found bool) {
	d := newDelayDetector()
	feedbackOf(results, func(batch []Result, now time.Time) {
		if d.add(batch, now) == overuse && !found {
			after, found = now.Sub(sentAt(0)), true
		}
	})
	return after, found
}

func TestOveruseIsFoundWithinASecond(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 200 {
		rate := Bitrate(float64(300*Kbps) * math.Pow(10_000.0/300, random.Float64()))
		excess := 1.25 + random.Float64()
		path := delayPath{rate: rate, delay: 30 * time.Millisecond, jitter: time.Millisecond, random: random}
		after, found := firstOveruse(path.pictures(rate.Scale(excess), 2*time.Second))
		if !found || after > time.Second {
			t.Errorf("%v, %.2f times as much sent: overuse found is %v, after %v", rate, excess, found, after)
		}
	}
}

func TestUnderuseIsFoundWhileAQueueDrains(t *testing.T) {
	path := delayPath{rate: 2 * Mbps, delay: 30 * time.Millisecond}
	path.pictures(4*Mbps, time.Second) // leaves a queue of a second
	d := newDelayDetector()
	states := map[usage]int{}
	after := path.free.Sub(sentAt(0)) - 500*time.Millisecond
	for i := range 100 {
		at := after + time.Duration(i)*20*time.Millisecond
		states[d.add([]Result{path.carry(at, 1200)}, sentAt(0).Add(at))]++
	}
	if states[underuse] == 0 || states[overuse] > 0 || d.state() != normal {
		t.Errorf("states %v, at last %v", states, d.state())
	}
}

// TestJitterIsNoOveruse has packets overtake each other only at bitrates of one or
// two groups in a picture. With more, half of the groups would change places: a
// delay that differs by 10 ms between packets sent 1 ms apart is found overuse
// now and then, as by libwebrtc.
func TestJitterIsNoOveruse(t *testing.T) {
	for seed := range uint64(8) {
		random := rand.New(rand.NewPCG(seed, 7))
		path := func(inline bool) *delayPath {
			return &delayPath{
				rate: 50 * Mbps, delay: 30 * time.Millisecond,
				jitter: 5 * time.Millisecond, inline: inline, random: random,
			}
		}
		for _, rate := range []Bitrate{100 * Kbps, 300 * Kbps, Mbps, 5 * Mbps} {
			if after, found := firstOveruse(path(true).pictures(rate, time.Minute)); found {
				t.Errorf("seed %d: overuse at %v after %v", seed, rate, after)
			}
			if rate > Mbps {
				continue
			}
			if after, found := firstOveruse(path(false).pictures(rate, time.Minute)); found {
				t.Errorf("seed %d: overuse at %v after %v, out of order", seed, rate, after)
			}
		}
		if after, found := firstOveruse(path(false).sound(time.Minute)); found {
			t.Errorf("seed %d: overuse by sound after %v", seed, after)
		}
	}
}

func TestClockSkewIsNoOveruse(t *testing.T) {
	for _, skew := range []float64{200e-6, -200e-6} {
		path := delayPath{rate: 20 * Mbps, delay: 30 * time.Millisecond, skew: skew}
		if after, found := firstOveruse(path.pictures(2*Mbps, 10*time.Minute)); found {
			t.Errorf("skew %v: overuse after %v", skew, after)
		}
	}
}

func TestOveruseIsFoundAfterTheClockOfArrivalJumped(t *testing.T) {
	for _, jump := range []time.Duration{time.Hour, -time.Hour} {
		path := delayPath{rate: 2 * Mbps, delay: 30 * time.Millisecond, jump: jump}
		d := newDelayDetector()
		feedbackOf(path.pictures(Mbps, 20*time.Second), func(batch []Result, now time.Time) {
			if d.add(batch, now) == overuse {
				t.Fatalf("jump of %v: overuse after %v", jump, now.Sub(sentAt(0)))
			}
		})
		found := false
		for i := range 100 {
			at := 20*time.Second + time.Duration(i)*10*time.Millisecond
			r := path.carry(at, 5000) // 4 Mbit/s
			r.Arrived += jump
			found = d.add([]Result{r}, r.Sent) == overuse || found
		}
		if !found {
			t.Errorf("jump of %v: no overuse found", jump)
		}
	}
}

func TestAnOvertakenPacketIsNoDelay(t *testing.T) {
	path := delayPath{rate: 20 * Mbps, delay: 30 * time.Millisecond}
	results := path.pictures(300*Kbps, 20*time.Second)
	for i := 50; i < len(results); i += 20 {
		results[i].Arrived += 60 * time.Millisecond // within its feedback, mostly
	}
	if after, found := firstOveruse(results); found {
		t.Errorf("overuse after %v", after)
	}
}

func TestLostPacketsDoNotCount(t *testing.T) {
	path := delayPath{rate: 2 * Mbps, delay: 30 * time.Millisecond}
	results := path.pictures(Mbps, 10*time.Second)
	var with []Result
	for _, r := range results {
		with = append(with, r, Result{Sent: r.Sent, Size: 1200, Arrived: 99 * time.Hour})
	}
	a, b := newDelayDetector(), newDelayDetector()
	feedbackOf(results, func(batch []Result, now time.Time) { a.add(batch, now) })
	feedbackOf(with, func(batch []Result, now time.Time) { b.add(batch, now) })
	if a != b {
		t.Errorf("%+v without and %+v with lost packets", a, b)
	}
}

func TestDelayBeginsAnewAfterSilence(t *testing.T) {
	path := delayPath{rate: Mbps, delay: 30 * time.Millisecond}
	d := newDelayDetector()
	results := path.pictures(2*Mbps, time.Second)
	feedbackOf(results, func(batch []Result, now time.Time) { d.add(batch, now) })
	if d.state() != overuse {
		t.Fatalf("state %v, want overuse", d.state())
	}
	last := d.heard
	d.add([]Result{{}, {}}, last.Add(time.Minute))
	if d.state() != overuse {
		t.Errorf("state %v by packets that were not received", d.state())
	}
	r := received(100e3, 3, 1200)
	if got := d.add([]Result{r}, last.Add(2001*time.Millisecond)); got != normal {
		t.Errorf("state %v after silence, want normal", got)
	}
	if _, deltas := d.trending.slope(); deltas != 0 || d.overuse.threshold != firstThreshold {
		t.Errorf("%d deltas and threshold %v after silence", deltas, d.overuse.threshold)
	}
}

// trend returns the slope of the delay and the threshold of the same measure.
func (d *delayDetector) trend() (slope, threshold float64) {
	slope, deltas := d.trending.slope()
	return slope, d.overuse.threshold / (trendGain * float64(min(max(deltas, 1), fullTrend)))
}

func TestTrendHasTheMeasureOfTheThreshold(t *testing.T) {
	d := newDelayDetector()
	if slope, threshold := d.trend(); slope != 0 || threshold != firstThreshold/trendGain {
		t.Errorf("slope %v, threshold %v at first", slope, threshold)
	}
	path := delayPath{rate: Mbps, delay: 30 * time.Millisecond}
	feedbackOf(path.pictures(2*Mbps, 3*time.Second), func(batch []Result, now time.Time) {
		if d.add(batch, now); d.overuse.state != overuse {
			return // or a queue that stands is what says so
		}
		if slope, threshold := d.trend(); slope <= threshold {
			t.Errorf("overuse, slope %v, threshold %v", slope, threshold)
		}
	})
}

func TestDelayDetectorIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(delayDetector{}); size > 800 {
		t.Errorf("%d octets for each flow, want 800 at most", size)
	}
}

func TestArrivalsAreBroughtIntoOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(8, 9))
	for range 500 {
		results := make([]Result, random.IntN(sortedAtOnce+1))
		for i := range results {
			results[i].Arrived = time.Duration(random.IntN(20))
			results[i].Received = random.IntN(4) > 0
		}
		var order [sortedAtOnce]uint8
		got := byArrival(results, &order)
		var want []uint8
		for i := range results {
			if results[i].Received {
				want = append(want, uint8(i))
			}
		}
		slices.SortStableFunc(want, func(a, b uint8) int { return int(results[a].Arrived - results[b].Arrived) })
		if !slices.Equal(got, want) {
			t.Fatalf("order %v, want %v", got, want)
		}
	}
}

func TestDelayDetectorDoesNotAllocate(t *testing.T) {
	path := delayPath{rate: 2 * Mbps, delay: 30 * time.Millisecond}
	results := path.pictures(3*Mbps, time.Second)
	d := newDelayDetector()
	now := sentAt(0)
	if n := testing.AllocsPerRun(100, func() { d.add(results, now) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzDelay feeds anything that feedback may say through detector and rate
// control. Each result takes 8 octets of input.
func FuzzDelay(f *testing.F) {
	f.Add([]byte("12345678abcdefgh\x00\x00\x00\x00\x00\x00\x00\x00zyxwvuts"))
	f.Add(make([]byte, 400))
	seed := make([]byte, 0, 1600)
	for i := range 200 {
		seed = append(seed, 1, 20, 0, byte(25+i%10), 0, 4, byte(i), 0)
	}
	f.Add(seed)
	f.Fuzz(func(t *testing.T, input []byte) {
		const lowest, highest = 10 * Kbps, 20 * Mbps
		d := newDelayDetector()
		var acked ackedBitrate
		c := newRateControl(lowest, highest)
		c.setStart(300 * Kbps)
		now, sent, arrived := sentAt(0), sentAt(0), time.Duration(0)
		var batch []Result
		for ; len(input) >= 8; input = input[8:] {
			b := input[:8]
			sent = sent.Add(time.Duration(int8(b[1])) * time.Millisecond << (b[2] % 16))
			arrived += time.Duration(int8(b[3])) * time.Microsecond << (b[4] % 57) // as far as overflow
			r := Result{Sent: sent, Arrived: arrived, Size: int(b[5]) * 6, Received: b[0]%4 > 0}
			batch = append(batch, r)
			if r.Received {
				acked.add(r.Arrived, r.Size, b[6]%2 > 0)
			}
			if b[7]%8 > 0 {
				continue
			}
			now = now.Add(time.Duration(b[6]) * time.Millisecond)
			acked.feedback(now)
			u := d.add(batch, now)
			batch = batch[:0]
			c.setRoundTrip(time.Duration(b[2]) * time.Millisecond)
			rate, known := acked.rateAt(now)
			before := c.target()
			target := c.update(u, rate, known, b[6]%2 > 0, now)
			checkDelay(t, &d, &acked)
			switch {
			case target < lowest || target > highest:
				t.Fatalf("target %v", target)
			case u != normal && target > before:
				t.Fatalf("usage %v, and more than %v: %v", u, before, target)
			case known && target > before && target > rate.Scale(ackedHeadroom)+ackedHeadroomAtRest:
				t.Fatalf("from %v to %v, and %v arrives", before, target, rate)
			}
		}
	})
}

func checkDelay(t *testing.T, d *delayDetector, acked *ackedBitrate) {
	t.Helper()
	slope, threshold := d.trend()
	if math.IsNaN(slope) || math.IsInf(slope, 0) || !(threshold > 0) {
		t.Fatalf("slope %v, threshold %v", slope, threshold)
	}
	if o := d.overuse.threshold; o < minThreshold || o > maxThreshold {
		t.Fatalf("threshold %v", o)
	}
	if rate, _ := acked.rate(); rate < 0 || math.IsNaN(acked.estimate) || math.IsNaN(acked.variance) {
		t.Fatalf("acknowledged %v, variance %v", acked.estimate, acked.variance)
	}
}

func BenchmarkDelayDetector(b *testing.B) {
	path := delayPath{rate: 20 * Mbps, delay: 30 * time.Millisecond}
	results := path.pictures(5*Mbps, time.Hour/60)
	d := newDelayDetector()
	b.ReportAllocs()
	for i := 0; i < b.N; i += len(results) { // an iteration is one Result
		feedbackOf(results, func(batch []Result, now time.Time) { d.add(batch, now) })
	}
}

func BenchmarkTrendline(b *testing.B) {
	var line trendline
	var arrived time.Duration
	b.ReportAllocs()
	lineOf(&line, b.N, 0.1, &arrived)
}
