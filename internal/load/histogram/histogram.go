package histogram

import (
	"math"
	"sync/atomic"
	"time"
)

// Histogram counts durations. Its methods may be called from any goroutine, and
// readers see each recorded duration at once or a little later. The zero value
// is empty and ready. It must not be copied; Snapshot does.
type Histogram struct {
	counts [buckets]atomic.Uint64
	sum    atomic.Int64 // nanoseconds: enough for 10 billion records of a second
	// The longest, and the shortest as what it lacks to the longest possible:
	// both only ever grow, from zero.
	longest, shortest atomic.Int64
}

// New returns an empty histogram.
func New() *Histogram { return &Histogram{} }

// Record counts one duration. A negative one counts as zero. It does not
// allocate.
func (h *Histogram) Record(d time.Duration) {
	d = max(d, 0)
	// The count comes last: who reads it finds the extremes it belongs to.
	raise(&h.longest, int64(d))
	raise(&h.shortest, math.MaxInt64-int64(d))
	h.sum.Add(int64(d))
	h.counts[bucketOf(d)].Add(1)
}

// AddTo adds everything recorded so far to dst. What is recorded meanwhile may
// be in or not.
func (h *Histogram) AddTo(dst *Histogram) {
	s := h.Snapshot()
	if s.count == 0 {
		return
	}
	raise(&dst.longest, int64(s.max))
	raise(&dst.shortest, math.MaxInt64-int64(s.min))
	dst.sum.Add(int64(s.sum))
	for i, n := range s.counts {
		if n > 0 {
			dst.counts[i].Add(n)
		}
	}
}

// Snapshot returns a copy of what was recorded so far. All figures taken from
// one Snapshot agree with each other.
func (h *Histogram) Snapshot() Snapshot {
	var s Snapshot
	for i := range h.counts {
		n := h.counts[i].Load()
		s.counts[i] = n
		s.count += n
	}
	if s.count > 0 {
		s.sum = time.Duration(h.sum.Load())
		s.max = time.Duration(h.longest.Load())
		s.min = time.Duration(math.MaxInt64 - h.shortest.Load())
	}
	return s
}

// Count returns how many durations were recorded.
func (h *Histogram) Count() uint64 {
	var count uint64
	for i := range h.counts {
		count += h.counts[i].Load()
	}
	return count
}

// Quantile returns the duration that the share q, 0 to 1, of the recorded ones
// does not exceed, within Precision; 0 when there is none.
func (h *Histogram) Quantile(q float64) time.Duration {
	s := h.Snapshot()
	return s.Quantile(q)
}

// Mean returns the mean of the recorded durations, 0 when there is none.
func (h *Histogram) Mean() time.Duration {
	s := h.Snapshot()
	return s.Mean()
}

// Min returns the shortest recorded duration, 0 when there is none.
func (h *Histogram) Min() time.Duration {
	s := h.Snapshot()
	return s.Min()
}

// Max returns the longest recorded duration, 0 when there is none.
func (h *Histogram) Max() time.Duration {
	s := h.Snapshot()
	return s.Max()
}

// raise makes v at least x. Once the extremes have settled, it only reads.
func raise(v *atomic.Int64, x int64) {
	for old := v.Load(); x > old; old = v.Load() {
		if v.CompareAndSwap(old, x) {
			return
		}
	}
}
