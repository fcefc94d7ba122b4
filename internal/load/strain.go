package load

import (
	"fmt"
	"math"
	"runtime/metrics"
	"slices"
	"time"
)

// Beyond these the generator delays what it measures by about as much as the
// figures are to tell.
const (
	maxOwnCPU       = 0.9 // of the processors it may use
	maxOwnLateness  = 20 * time.Millisecond
	maxOwnWait      = 20 * time.Millisecond
	schedulerMetric = "/sched/latencies:seconds"
)

// strain is how hard the generator itself had it in an interval.
type strain struct {
	cores      float64       // it used
	processors int           // it may use
	lateness   time.Duration // of sending, 99th percentile
	wait       time.Duration // of goroutines for a processor, 99th percentile
	drops      uint64        // datagrams its sockets had no room for
	stalls     uint64        // of publishers, for more than a second
}

// reasons says why the interval's figures are not to be trusted; none when they
// are.
func (s strain) reasons() []string {
	var list []string
	if used := s.cores / float64(s.processors); used > maxOwnCPU {
		list = append(list, fmt.Sprintf("the generator used %.0f %% of its %d processors", 100*used, s.processors))
	}
	if s.lateness > maxOwnLateness {
		list = append(list, fmt.Sprintf("publishers sent %v late (99th percentile)", s.lateness.Round(time.Millisecond)))
	}
	if s.wait > maxOwnWait {
		list = append(list, fmt.Sprintf("receivers waited %v for a processor (99th percentile)", s.wait.Round(time.Millisecond)))
	}
	if s.stalls > 0 {
		list = append(list, fmt.Sprintf("publishers stood still for more than a second %d times", s.stalls))
	}
	if s.drops > 0 {
		list = append(list, fmt.Sprintf("the generator's sockets dropped %d datagrams that had arrived", s.drops))
	}
	return list
}

// with returns the worse of two intervals in every respect; what was dropped is
// added up.
func (s strain) with(o strain) strain {
	return strain{
		cores: max(s.cores, o.cores), processors: s.processors,
		lateness: max(s.lateness, o.lateness), wait: max(s.wait, o.wait), drops: s.drops + o.drops, stalls: s.stalls + o.stalls,
	}
}

// scheduler reads how long goroutines wait for a processor. It is owned by one
// goroutine.
type scheduler struct {
	sample [1]metrics.Sample
	last   []uint64
}

// wait returns the 99th percentile since the last call.
func (s *scheduler) wait() time.Duration {
	s.sample[0].Name = schedulerMetric
	metrics.Read(s.sample[:])
	if s.sample[0].Value.Kind() != metrics.KindFloat64Histogram {
		return 0 // a Go runtime without it
	}
	h := s.sample[0].Value.Float64Histogram()
	return quantile(s.fresh(h.Counts), h.Buckets, 0.99)
}

// fresh returns what came to the counts since the last call.
func (s *scheduler) fresh(counts []uint64) []uint64 {
	fresh := slices.Clone(counts)
	for i := range min(len(fresh), len(s.last)) {
		fresh[i] -= s.last[i]
	}
	s.last = append(s.last[:0], counts...)
	return fresh
}

// quantile of a histogram of seconds as runtime/metrics gives it: counts[i] lies
// between buckets[i] and buckets[i+1].
func quantile(counts []uint64, buckets []float64, q float64) time.Duration {
	var total uint64
	for _, n := range counts {
		total += n
	}
	if total == 0 {
		return 0
	}
	rank := uint64(math.Ceil(q * float64(total)))
	var seen uint64
	for i, n := range counts {
		if seen += n; seen < rank {
			continue
		}
		upper := buckets[i+1]
		if math.IsInf(upper, 1) {
			upper = buckets[i]
		}
		return time.Duration(max(upper, 0) * float64(time.Second))
	}
	return 0
}
