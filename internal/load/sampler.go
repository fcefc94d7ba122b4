package load

import (
	"context"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/histogram"
	"github.com/atrium-rtc/atrium/internal/load/result"
	"github.com/atrium-rtc/atrium/internal/load/usage"
)

// readTimeout bounds reading the server's usage, so that a server that is down
// does not hold up the seconds.
const readTimeout = 500 * time.Millisecond

// sampler makes a Point of each second. It is owned by the run's goroutine.
type sampler struct {
	own, server usage.Source // nil when not known
	processors  int

	ownMeter, serverMeter usage.Meter
	scheduler             scheduler
	ownFresh, serverFresh bool // the last second was read
	last                  *tally
	lastAt                time.Duration
	points                []result.Point
	strained              int    // seconds whose figures are not to be trusted
	worst                 strain // of every kind, in any second
}

func newSampler(own, server usage.Source, processors int) *sampler {
	return &sampler{own: own, server: server, processors: processors, last: newTally(), worst: strain{processors: processors}}
}

// start takes the first readings.
func (s *sampler) start(ctx context.Context) {
	s.read(ctx)
	s.scheduler.wait()
}

func (s *sampler) read(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	s.ownFresh = add(ctx, s.own, &s.ownMeter)
	s.serverFresh = add(ctx, s.server, &s.serverMeter)
}

// add reports whether the source could be read. A gap in the curve says when it
// could not.
func add(ctx context.Context, from usage.Source, to *usage.Meter) bool {
	if from == nil {
		return false
	}
	sample, err := from.Read(ctx)
	if err != nil {
		return false
	}
	to.Add(sample)
	return true
}

// second makes the Point of the time since the last call.
func (s *sampler) second(ctx context.Context, now *tally, at time.Duration) result.Point {
	s.read(ctx)
	elapsed := (at - s.lastAt).Seconds()
	d := now.since(s.last)
	p := result.Point{
		At: seconds(at), Rooms: len(now.rooms), Clients: now.inside, Publishers: now.publishing, Subscriptions: now.watching,
		Joins: now.joins - s.last.joins, Leaves: now.leaves - s.last.leaves, Failures: d.JoinFailures,
		Packets: perSecond(d.Packets, elapsed), Bits: perSecond(8*d.Octets, elapsed), Delivered: d.Delivered(),
		LatencyP50: result.Millis(d.Latency.P50), LatencyP95: result.Millis(d.Latency.P95), LatencyP99: result.Millis(d.Latency.P99),
		Freezes: now.standing + int(more(now.ended(), s.last.ended())), Late: int(d.FramesLate), //nolint:gosec // of one second
	}
	if s.serverFresh {
		last := s.serverMeter.Last()
		p.ServerCPU, p.ServerMemory = s.serverMeter.Cores(), last.Memory
		p.ServerGoroutines, p.ServerFiles = last.Held.Goroutines, last.Held.Files
		p.ServerHeap, p.ServerSeries = last.Held.Heap, last.Held.Series
	}
	if s.ownFresh {
		p.CPU, p.Memory = s.ownMeter.Cores(), s.ownMeter.Last().Memory
	}
	hard := strain{
		cores: s.ownMeter.Cores(), processors: s.processors, wait: s.scheduler.wait(),
		lateness: between(&now.lateness, &s.last.lateness).Quantile(0.99),
		drops:    more(now.kernelDrops, s.last.kernelDrops),
		stalls:   more(now.stalls, s.last.stalls),
	}
	s.worst = s.worst.with(hard)
	if p.Saturated = len(hard.reasons()) > 0; p.Saturated {
		s.strained++
	}
	s.last, s.lastAt = now, at
	s.points = append(s.points, p)
	return p
}

func between(now, then *histogram.Histogram) *histogram.Snapshot {
	n, t := now.Snapshot(), then.Snapshot()
	d := n.Since(&t)
	return &d
}

func perSecond(n uint64, elapsed float64) uint64 {
	if elapsed <= 0 {
		return 0
	}
	return uint64(float64(n)/elapsed + 0.5)
}
