package histogram

import (
	"fmt"
	"math"
	"slices"
	"sync/atomic"
	"time"
)

// The native buckets reach this far below the first bound and above the last one.
// Values below count as zero, values above as the widest.
const (
	octavesBelow = 4
	octavesAbove = 4
)

// Histogram counts values. Its methods may be called from any goroutine; an observation
// takes no lock and allocates nothing.
type Histogram struct {
	bounds    []float64
	classic   []atomic.Uint64 // one for each bound, and one above
	exemplars []atomic.Pointer[Exemplar]
	steps     [perOctave]uint64
	first     int // the index of native[0]
	low       float64
	zero      atomic.Uint64
	native    []atomic.Uint64
	sum       atomic.Uint64 // the bits of a float64
}

// New returns an empty histogram with classic buckets at the bounds, which must be
// positive and ascend: they are the program's own, so anything else is a bug and panics.
func New(bounds ...float64) *Histogram {
	if len(bounds) == 0 || bounds[0] <= 0 || !slices.IsSorted(bounds) || math.IsInf(bounds[len(bounds)-1], 1) {
		panic(fmt.Sprintf("histogram: the bounds %v do not ascend from above 0", bounds))
	}
	h := &Histogram{
		bounds:    slices.Clone(bounds),
		classic:   make([]atomic.Uint64, len(bounds)+1),
		exemplars: make([]atomic.Pointer[Exemplar], len(bounds)+1),
		steps:     steps(),
	}
	h.first = nativeIndex(bounds[0], &h.steps) - octavesBelow*perOctave
	last := nativeIndex(bounds[len(bounds)-1], &h.steps) + octavesAbove*perOctave
	h.low = NativeBound(h.first - 1)
	h.native = make([]atomic.Uint64, last-h.first+1)
	return h
}

// Observe counts a value. What is negative counts as 0, and what is no number is left
// out.
func (h *Histogram) Observe(v float64) { h.ObserveN(v, 1) }

// ObserveDuration counts a duration, in seconds.
func (h *Histogram) ObserveDuration(d time.Duration) { h.ObserveN(d.Seconds(), 1) }

// ObserveN counts a value as often as it occurred.
func (h *Histogram) ObserveN(v float64, n uint64) { h.observe(v, n) }

// ObserveTraced counts a value and keeps the trace in which it occurred as the example
// of its classic bucket. Without a trace it is Observe.
func (h *Histogram) ObserveTraced(v float64, traceID string, now time.Time) {
	if at := h.observe(v, 1); at >= 0 && traceID != "" {
		h.exemplars[at].Store(&Exemplar{Value: v, TraceID: traceID, At: now})
	}
}

// observe returns the classic bucket, -1 for what is no number.
func (h *Histogram) observe(v float64, n uint64) int {
	if math.IsNaN(v) {
		return -1
	}
	v = min(max(v, 0), math.MaxFloat64)
	// The native one first: a Snapshot reads it last, so that it never lacks what the
	// classic one has.
	if v <= h.low {
		h.zero.Add(n)
	} else {
		at := nativeIndex(v, &h.steps) - h.first
		h.native[min(at, len(h.native)-1)].Add(n)
	}
	h.add(v * float64(n))
	at := 0
	for at < len(h.bounds) && v > h.bounds[at] {
		at++
	}
	h.classic[at].Add(n)
	return at
}

// add adds to the sum.
func (h *Histogram) add(v float64) {
	for {
		old := h.sum.Load()
		if h.sum.CompareAndSwap(old, math.Float64bits(math.Float64frombits(old)+v)) {
			return
		}
	}
}

// Snapshot returns what was counted so far.
func (h *Histogram) Snapshot() Snapshot {
	s := Snapshot{
		Bounds:  h.bounds,
		Classic: make([]uint64, len(h.classic)),
		First:   h.first,
		Low:     h.low,
		Native:  make([]uint64, len(h.native)),
	}
	for i := range h.classic {
		s.Classic[i] = h.classic[i].Load()
		if e := h.exemplars[i].Load(); e != nil {
			s.Exemplars = append(s.Exemplars, *e)
		}
	}
	s.Sum = math.Float64frombits(h.sum.Load())
	s.Zero = h.zero.Load()
	s.Count = s.Zero
	for i := range h.native {
		s.Native[i] = h.native[i].Load()
		s.Count += s.Native[i]
	}
	return s
}
