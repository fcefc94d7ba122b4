package bwe

import (
	"testing"
	"time"
)

// call is a receiver on a pipe, to whom sound of 40 kbit/s goes, and video of what
// the estimate leaves besides if there is any. Probes are sent as sfu/egress does: a
// packet at first, and every 5 ms what the rate carries.
type call struct {
	tb       testing.TB
	e        *Estimator
	f        *Flow
	pipe     pipe
	now      time.Time
	video    bool
	away     bool // nothing arrives
	seq      uint16
	base     uint16
	arrivals []time.Duration // of the packets since base, -1 when lost
	credit   int
	probe    Cluster
	began    time.Time
	octets   int
	packets  int
}

const (
	callStep  = 5 * time.Millisecond
	callQueue = 300 * time.Millisecond // what does not fit is lost
)

func newCall(tb testing.TB, rate Bitrate) *call {
	now := time.Unix(1000, 0)
	c := &call{tb: tb, e: NewEstimator(Config{}, now), pipe: pipe{rate: rate}, now: now}
	c.f = c.e.NewFlow(now)
	c.e.SetDemand(2 * Mbps)
	return c
}

func (c *call) send(class Class, size int) {
	c.f.Sent(c.seq, class, size, c.probe.ID, c.now)
	c.seq++
	c.octets += size
	c.packets++
	at := time.Duration(-1)
	if !c.away && c.pipe.idle.Sub(c.now) < callQueue {
		at = c.pipe.carry(size, c.now)
	}
	c.arrivals = append(c.arrivals, at)
}

// run lets time pass.
func (c *call) run(d time.Duration) {
	c.tb.Helper()
	for end := c.now.Add(d); c.now.Before(end); c.now = c.now.Add(callStep) {
		if c.now.UnixMilli()%20 == 0 {
			c.send(ClassAudio, 100)
		}
		if c.credit += (c.e.Target() - 40*Kbps).Octets(callStep); !c.video {
			c.credit = 0
		}
		for ; c.credit >= 1000; c.credit -= 1000 {
			c.send(ClassVideo, 1000)
		}
		c.pad()
		if c.now.UnixMilli()%100 == 0 {
			c.e.Tick(c.now)
			c.report()
		}
	}
}

// pad begins the next probe, or sends what of one is due.
func (c *call) pad() {
	if c.probe.ID == 0 {
		next, ok := c.e.NextProbe(c.now)
		if !ok {
			return
		}
		c.probe, c.began, c.octets, c.packets = next, c.now, 0, 0
	}
	elapsed := c.now.Sub(c.began)
	due := min(c.probe.Rate.Octets(elapsed), c.probe.MinOctets)
	over := elapsed >= c.probe.MinDuration
	for c.packets == 0 || c.octets < due || over && c.packets < c.probe.MinPackets {
		c.send(ClassPadding, 28+min(255, max(due-c.octets, 64)))
	}
	if over {
		c.probe = Cluster{}
	}
}

// report tells of the packets that have arrived by now, and of those lost between.
func (c *call) report() {
	c.tb.Helper()
	n := 0
	for i, at := range c.arrivals {
		if at >= 0 && at <= c.now.Sub(c.pipe.begun) {
			n = i + 1
		}
	}
	if n == 0 || c.away {
		return
	}
	if err := c.f.ReadTransportFeedback(report(c.tb, c.base, c.arrivals[:n]), c.now); err != nil {
		c.tb.Fatal(err)
	}
	c.base += uint16(n)
	c.arrivals = c.arrivals[n:]
}

// reaches returns how long it takes until the estimate is a rate, a minute at most.
func (c *call) reaches(rate Bitrate) time.Duration {
	c.tb.Helper()
	begin := c.now
	for c.e.Target() < rate && c.now.Sub(begin) < time.Minute {
		c.run(100 * time.Millisecond)
	}
	return c.now.Sub(begin)
}

// TestProbesFindThatANarrowLinkHealed: the videos were paused, and what is sent, 40
// kbit/s of sound, would show nothing of it.
func TestProbesFindThatANarrowLinkHealed(t *testing.T) {
	for _, narrow := range []Bitrate{60 * Kbps, 80 * Kbps, 150 * Kbps} {
		c := newCall(t, narrow)
		c.video = true
		c.run(30 * time.Second)
		c.video = false
		c.run(10 * time.Second)
		if got := c.e.Target(); got > 3*narrow {
			t.Fatalf("%v on a link of %v", got, narrow)
		}
		from := c.e.Target()
		c.pipe.rate = 5 * Mbps
		took := c.reaches(Mbps)
		t.Logf("from %v on a link of %v to 1 Mbit/s in %v", from, narrow, took)
		if took > 15*time.Second {
			t.Errorf("1 Mbit/s %v after a link of %v had healed", took, narrow)
		}
	}
}

func TestProbesFindWhatThereIsAfterAnOutage(t *testing.T) {
	for _, gone := range []time.Duration{2 * time.Second, 5 * time.Second, 20 * time.Second} {
		c := newCall(t, 80*Kbps)
		c.video = true
		c.run(20 * time.Second)
		c.video, c.away = false, true
		c.run(gone)
		c.away = false
		c.pipe.rate = 5 * Mbps
		took := c.reaches(Mbps)
		t.Logf("1 Mbit/s %v after an outage of %v", took, gone)
		if took > 15*time.Second {
			t.Errorf("1 Mbit/s %v after an outage of %v", took, gone)
		}
	}
}
