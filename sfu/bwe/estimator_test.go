package bwe

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pion/rtcp"
)

// report marshals transport-wide feedback about packets from base on; a negative
// arrival is a packet that did not come.
func report(tb testing.TB, base uint16, arrivals []time.Duration) []byte {
	tb.Helper()
	cc := &rtcp.TransportLayerCC{BaseSequenceNumber: base, PacketStatusCount: uint16(len(arrivals))}
	last := time.Duration(-1)
	for _, at := range arrivals {
		symbol := rtcp.TypeTCCPacketNotReceived
		if at >= 0 {
			if last < 0 {
				cc.ReferenceTime = uint32(at / referenceUnit)
				last = time.Duration(cc.ReferenceTime) * referenceUnit
			}
			symbol = rtcp.TypeTCCPacketReceivedLargeDelta
			delta := (at - last).Truncate(deltaUnit)
			last += delta
			cc.RecvDeltas = append(cc.RecvDeltas, &rtcp.RecvDelta{Type: symbol, Delta: delta.Microseconds()})
		}
		cc.PacketChunks = append(cc.PacketChunks, &rtcp.RunLengthChunk{PacketStatusSymbol: symbol, RunLength: 1})
	}
	cc.Header = rtcp.Header{Count: rtcp.FormatTCC, Type: rtcp.TypeTransportSpecificFeedback, Length: uint16(cc.MarshalSize()/4 - 1)}
	b, err := cc.Marshal()
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// pipe is a link of a rate with an endless queue.
type pipe struct {
	rate  Bitrate
	idle  time.Time // when the queue is empty
	begun time.Time
}

func (p *pipe) carry(octets int, now time.Time) (arrived time.Duration) {
	if p.begun.IsZero() {
		p.begun = now
	}
	if p.idle.Before(now) {
		p.idle = now
	}
	p.idle = p.idle.Add(p.rate.Time(octets))
	return p.idle.Sub(p.begun) + 20*time.Millisecond
}

// converse sends that share of the estimate over the pipe for a time, by turns on
// each flow, with feedback every 100 ms.
func converse(tb testing.TB, e *Estimator, flows []*Flow, p *pipe, now time.Time, d time.Duration, share float64) time.Time {
	tb.Helper()
	const step, size = 5 * time.Millisecond, 1000
	seqs, bases := make([]uint16, len(flows)), make([]uint16, len(flows))
	for i := range flows {
		seqs[i] = uint16(now.UnixMilli()) // not one of before
		bases[i] = seqs[i]
	}
	arrivals := make([][]time.Duration, len(flows))
	credit := 0
	for end := now.Add(d); now.Before(end); now = now.Add(step) {
		credit += e.Target().Scale(share).Octets(step)
		for n := 0; credit >= size; n++ {
			i := n % len(flows)
			flows[i].Sent(seqs[i], ClassVideo, size, 0, now)
			arrivals[i] = append(arrivals[i], p.carry(size, now))
			seqs[i]++
			credit -= size
		}
		if now.UnixMilli()%100 == 0 {
			e.Tick(now)
			for i, f := range flows {
				if len(arrivals[i]) == 0 {
					continue
				}
				if err := f.ReadTransportFeedback(report(tb, bases[i], arrivals[i]), now); err != nil {
					tb.Fatal(err)
				}
				bases[i], arrivals[i] = seqs[i], nil
			}
		}
	}
	return now
}

func TestEstimateFindsWhatTheLinkCarries(t *testing.T) {
	for _, rate := range []Bitrate{300 * Kbps, Mbps, 5 * Mbps} {
		now := time.Unix(1000, 0)
		e := NewEstimator(Config{}, now)
		flows := []*Flow{e.NewFlow(now)}
		converse(t, e, flows, &pipe{rate: rate}, now, time.Minute, 1)
		if got := e.Target(); got < rate.Scale(0.7) || got > rate.Scale(1.1) {
			t.Errorf("%v after a minute on a link of %v", got, rate)
		}
	}
}

func TestFlowsOfOneReceiverShareItsLink(t *testing.T) {
	const rate = 2 * Mbps
	now := time.Unix(1000, 0)
	e := NewEstimator(Config{}, now)
	var flows []*Flow
	for range 10 {
		flows = append(flows, e.NewFlow(now))
	}
	p := &pipe{rate: rate}
	now = converse(t, e, flows, p, now, time.Minute, 1)
	if got := e.Target(); got < rate.Scale(0.7) || got > rate.Scale(1.1) {
		t.Errorf("%v after a minute on a link of %v", got, rate)
	}
	for _, f := range flows[1:] {
		e.Remove(f)
	}
	converse(t, e, flows[:1], p, now, time.Minute, 1)
	if got := e.Target(); got < rate.Scale(0.7) || got > rate.Scale(1.1) {
		t.Errorf("%v a minute after all flows but one have gone", got)
	}
}

func TestEstimateIsBoundedWhileLittleIsSent(t *testing.T) {
	now := time.Unix(1000, 0)
	e := NewEstimator(Config{}, now)
	e.SetDemand(300 * Kbps)
	flows := []*Flow{e.NewFlow(now)}
	before := e.Target()
	converse(t, e, flows, &pipe{rate: 50 * Mbps}, now, 10*time.Minute, 0.3)
	if got := e.Target(); got > 2*before || got < before/2 {
		t.Errorf("%v after ten minutes in which a third of %v was sent", got, before)
	}
	if _, ok := e.NextProbe(now); ok {
		t.Error("a probe although the estimate carries all there is")
	}
}

func TestEstimateOfTheReceiverLimitsOurs(t *testing.T) {
	now := time.Unix(1000, 0)
	e := NewEstimator(Config{}, now)
	e.REMB(200*Kbps, now)
	if got := e.Target(); got != 200*Kbps {
		t.Errorf("%v, want what the receiver says", got)
	}
	e.NewFlow(now)
	e.Tick(now.Add(time.Minute))
	if got := e.Target(); got != StartBitrate {
		t.Errorf("%v a minute later, want %v", got, StartBitrate)
	}
}

func FuzzEstimator(f *testing.F) {
	f.Add(uint64(1), []byte{1, 2, 3})
	f.Add(uint64(2), report(f, 0, []time.Duration{0, time.Millisecond, -1, time.Second}))
	f.Fuzz(func(t *testing.T, seed uint64, raw []byte) {
		random := rand.New(rand.NewPCG(seed, 0))
		now := time.Unix(1000, 0)
		e := NewEstimator(Config{}, now)
		flows := []*Flow{e.NewFlow(now), e.NewFlow(now)}
		for i := range 400 {
			f := flows[random.IntN(2)]
			f.Sent(uint16(i), Class(random.IntN(int(classes))), random.IntN(1500), ProbeID(random.IntN(3)), now)
			now = now.Add(time.Duration(random.Int64N(int64(50 * time.Millisecond))))
			switch random.IntN(8) {
			case 0:
				_ = f.ReadTransportFeedback(raw, now)
			case 1:
				arrivals := make([]time.Duration, 1+random.IntN(40))
				for j := range arrivals {
					arrivals[j] = time.Duration(random.Int64N(int64(8 * time.Second)))
				}
				_ = f.ReadTransportFeedback(report(t, uint16(i-random.IntN(40)), arrivals), now)
			case 2:
				_ = f.ReadCongestionFeedback(raw, now)
			case 3:
				e.SetDemand(Bitrate(random.Int64N(int64(10 * Mbps))))
			case 4:
				e.RoundTrip(time.Duration(random.Int64N(int64(3*time.Second))), now)
			}
			e.Tick(now)
			if c, ok := e.NextProbe(now); ok && (c.Rate <= 0 || c.Rate > defaultMax) {
				t.Fatalf("a probe of %v", c.Rate)
			}
			if got := e.Target(); got < leastEstimate || got > defaultMax {
				t.Fatalf("the estimate is %v", got)
			}
		}
	})
}

func TestAProbeThatFilledThePathMustFindMuchMore(t *testing.T) {
	e := NewEstimator(Config{Start: Mbps}, sentAt(0))
	for _, c := range []struct {
		probed Bitrate
		filled bool
		want   bool
	}{
		{Mbps, false, false},
		{1010 * Kbps, false, true},
		{1100 * Kbps, true, false},
		{1130 * Kbps, true, true},
		{0, false, false},
	} {
		if got := e.believes(c.probed, c.filled); got != c.want {
			t.Errorf("%v of a probe that filled the path (%v) is believed: %v", c.probed, c.filled, got)
		}
	}
}
