package dumbbell

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/rtcp"

	"github.com/atrium-rtc/atrium/sfu/bwe"
)

// observer is a Controller that only looks, at a fixed target.
type observer struct {
	Fixed
	sent     []observed
	feedback []time.Time
	received int
	lost     int
	trips    []time.Duration
	probes   []bwe.Cluster
}

type observed struct {
	at    time.Duration
	seq   uint16
	class bwe.Class
	size  int
	probe bwe.ProbeID
}

func (o *observer) Sent(seq uint16, class bwe.Class, size int, probe bwe.ProbeID, now time.Time) {
	o.sent = append(o.sent, observed{now.Sub(epoch), seq, class, size, probe})
}

func (o *observer) ReadTransportFeedback(b []byte, now time.Time) error {
	var p rtcp.TransportLayerCC
	if err := p.Unmarshal(b); err != nil {
		return err
	}
	o.feedback = append(o.feedback, now)
	o.received += len(p.RecvDeltas)
	o.lost += int(p.PacketStatusCount) - len(p.RecvDeltas)
	return nil
}

func (o *observer) RoundTrip(d time.Duration, _ time.Time) { o.trips = append(o.trips, d) }

func (o *observer) NextProbe(time.Time) (c bwe.Cluster, ok bool) {
	if len(o.probes) > 0 && len(o.sent) > 500 {
		c, o.probes, ok = o.probes[0], o.probes[1:], true
	}
	return c, ok
}

func observe(o *observer, source Source, changes []Change, d time.Duration) *Trace {
	n := New(3, changes)
	n.AddSender("observed", 0, source, func(time.Time) Controller { return o })
	return n.Run(d)
}

func TestASeedRepeatsARun(t *testing.T) {
	run := func(seed uint64) *Trace {
		n := New(seed, path(3*bwe.Mbps, 50*time.Millisecond, 0.02))
		n.AddSender("ours", 0, NewElastic(5*bwe.Mbps), func(time.Time) Controller { return Fixed(2800 * bwe.Kbps) })
		n.AddForeign("NewReno", 0, time.Hour)
		return n.Run(5 * time.Second)
	}
	if diff := cmp.Diff(run(1).Samples, run(1).Samples); diff != "" {
		t.Errorf("the same seed differs:\n%s", diff)
	}
	if cmp.Equal(run(1).Samples, run(2).Samples) {
		t.Error("another seed is the same")
	}
}

func TestEveryPacketIsNumberedAndReported(t *testing.T) {
	o := &observer{Fixed: Fixed(2 * bwe.Mbps)}
	observe(o, NewElastic(5*bwe.Mbps), path(10*bwe.Mbps, time.Second, 0.1), time.Minute)
	for i, s := range o.sent {
		if int(s.seq) != i%65536 {
			t.Fatalf("packet %d has number %d", i, s.seq)
		}
	}
	if n := len(o.sent); o.received+o.lost < n-100 || o.received+o.lost > n {
		t.Errorf("%d packets reported of %d", o.received+o.lost, n)
	}
	if share := float64(o.lost) / float64(len(o.sent)); share < 0.09 || share > 0.11 {
		t.Errorf("a loss of %.3f reported, want 0.1", share)
	}
}

func TestFeedbackComesByTheBitrate(t *testing.T) {
	for rate, want := range map[bwe.Bitrate]time.Duration{
		2 * bwe.Mbps: minFeedback, 0: 250 * time.Millisecond, // sound alone, of 42 kbit/s: 259 ms, and less than that
	} {
		o := &observer{Fixed: Fixed(rate)}
		observe(o, NewLayered(rate), path(10*bwe.Mbps, time.Second, 0), time.Minute)
		mean := o.feedback[len(o.feedback)-1].Sub(o.feedback[0]) / time.Duration(len(o.feedback)-1)
		if mean < want-5*time.Millisecond || mean > want+5*time.Millisecond {
			t.Errorf("%v: every %v, want %v", rate, mean, want)
		}
	}
}

func TestTheRoundTripIsMeasured(t *testing.T) {
	o := &observer{Fixed: Fixed(bwe.Mbps)}
	observe(o, Limited(), path(10*bwe.Mbps, time.Second, 0), 10*time.Second)
	if len(o.trips) < 9 {
		t.Fatalf("%d times in 10 s", len(o.trips))
	}
	for _, trip := range o.trips {
		if trip < 100*time.Millisecond || trip > 110*time.Millisecond {
			t.Errorf("%v, want 100 ms and a little", trip)
		}
	}
}

func TestThePacerSpreadsAKeyframe(t *testing.T) {
	o := &observer{Fixed: Fixed(bwe.Mbps)}
	trace := observe(o, NewElastic(5*bwe.Mbps), path(10*bwe.Mbps, time.Second, 0), 30*time.Second)
	burst := 0
	for i, j := 0, 0; i < len(o.sent); i++ {
		burst += o.sent[i].size
		for o.sent[i].at-o.sent[j].at > 20*time.Millisecond {
			burst -= o.sent[j].size
			j++
		}
		// 40 ms at 2.5 Mbit/s, what comes in 20 ms, a packet over, and sound
		if most := 12500 + 6250 + 1300; burst > most {
			t.Fatalf("%d octets in 20 ms at %v, at most %d", burst, o.sent[i].at, most)
		}
	}
	var mean bwe.Bitrate
	for _, s := range trace.Samples {
		mean += s.Flows[0].Sent / bwe.Bitrate(len(trace.Samples))
	}
	if mean < 950*bwe.Kbps || mean > 1150*bwe.Kbps {
		t.Errorf("%v on the wire at a target of 1 Mbit/s", mean)
	}
}

func TestAProbeIsSentAtItsRateAndOfEnough(t *testing.T) {
	for _, rate := range []bwe.Bitrate{2 * bwe.Mbps, 6 * bwe.Mbps, 30 * bwe.Mbps} {
		c := bwe.Cluster{
			ID: 7, Rate: rate, MinPackets: 5, MinOctets: rate.Octets(20 * time.Millisecond),
			MinDelta: 2 * time.Millisecond, MinDuration: 20 * time.Millisecond,
		}
		o := &observer{Fixed: Fixed(bwe.Mbps), probes: []bwe.Cluster{c}}
		observe(o, Limited(), path(100*bwe.Mbps, time.Second, 0), 30*time.Second)
		var packets, octets, last int
		var begin, end time.Duration
		for _, s := range o.sent {
			if s.probe == 7 {
				if packets == 0 {
					begin = s.at
				}
				packets, octets, last, end = packets+1, octets+s.size, s.size, s.at
			}
		}
		if packets < c.MinPackets || octets < c.MinOctets || end-begin < c.MinDuration*3/4 {
			t.Errorf("%v: %d packets, %d octets in %v", rate, packets, octets, end-begin)
		}
		got := float64(bwe.RateOf(octets-last, end-begin))
		if got < 0.9*float64(rate) || got > 1.3*float64(rate) {
			t.Errorf("%v of %v", bwe.Bitrate(got), rate)
		}
	}
}

// TestPicturesThatWouldWaitTooLongAreNotSent: 1.25 Mbit/s pass the pacer, and what
// is on the wire besides.
func TestPicturesThatWouldWaitTooLongAreNotSent(t *testing.T) {
	o := &observer{Fixed: Fixed(500 * bwe.Kbps)}
	trace := observe(o, NewLayered(4*bwe.Mbps), path(10*bwe.Mbps, time.Second, 0), 20*time.Second)
	if got := arrivedRate(trace, 0, 2*time.Second); got < 1250*bwe.Kbps || got > 1400*bwe.Kbps {
		t.Errorf("%v of a video of 2 Mbit/s at a target of 500 kbit/s", got)
	}
}

// pictures runs a source without a network and returns its bitrate.
func pictures(s Source, from, to time.Duration, target bwe.Bitrate) bwe.Bitrate {
	random := rand.New(rand.NewPCG(1, 1))
	octets := 0
	for now := from; now < to; now += pictureTime {
		octets += s.picture(now, target, random)
	}
	return bwe.RateOf(octets, to-from)
}

func TestAnEncoderFollowsItsTargetWithALag(t *testing.T) {
	e := NewElastic(5 * bwe.Mbps)
	pictures(e, 0, time.Second, 1040*bwe.Kbps)
	pictures(e, time.Second, 2*time.Second, 3040*bwe.Kbps)
	if got := bwe.Bitrate(e.rate); got < 2200*bwe.Kbps || got > 2300*bwe.Kbps {
		t.Errorf("%v a second after a step from 1 to 3 Mbit/s", got)
	}
	pictures(e, 2*time.Second, 12*time.Second, 100*bwe.Mbps)
	if got := pictures(e, 12*time.Second, 22*time.Second, 100*bwe.Mbps); got < 4900*bwe.Kbps || got > 5100*bwe.Kbps {
		t.Errorf("%v of at most 5 Mbit/s", got)
	}
}

func TestAnEncoderRepaysAKeyframe(t *testing.T) {
	e := NewElastic(5 * bwe.Mbps)
	random := rand.New(rand.NewPCG(1, 1))
	usual := bwe.Mbps.Octets(pictureTime)
	octets, largest := 0, 0
	for i := range 300 {
		size := e.picture(time.Duration(i)*pictureTime, bwe.Mbps+audioRate, random)
		octets += size
		largest = max(largest, size)
	}
	if largest < 3*usual || largest > 5*usual || octets < 298*usual || octets > 302*usual {
		t.Errorf("%d octets in 10 s, %d in one picture, where %d are usual", octets, largest, usual)
	}
}

func TestTheHighestLayerThatFitsIsSent(t *testing.T) {
	for target, want := range map[bwe.Bitrate]bwe.Bitrate{
		50 * bwe.Kbps: 75, 200 * bwe.Kbps: 150, 300 * bwe.Kbps: 150, 320 * bwe.Kbps: 250,
		570 * bwe.Kbps: 500, 900 * bwe.Kbps: 500, 1000 * bwe.Kbps: 850, 1832 * bwe.Kbps: 1700, 9 * bwe.Mbps: 1700,
	} {
		s := Simulcast()
		pictures(s, 0, time.Second, target)
		got := pictures(s, time.Second, 21*time.Second, target)
		if want *= bwe.Kbps; got < want*97/100 || got > want*103/100 {
			t.Errorf("%v at a target of %v, want %v", got, target, want)
		}
	}
}

func TestTheDemandIsWhatBringsTheHighestLayer(t *testing.T) {
	for _, s := range []*Layered{Simulcast(), Limited(), NewLayered(300*bwe.Kbps, 2500*bwe.Kbps)} {
		top := len(s.ladder) - 1
		if s.fitting(s.demand().Scale(layerShare)-audioRate+1) != top {
			t.Errorf("%v: not enough", s.demand())
		}
		if room := (s.demand() - 10*bwe.Kbps).Scale(layerShare) - audioRate; room >= s.ladder[top] {
			t.Errorf("%v: too much", s.demand())
		}
	}
}
