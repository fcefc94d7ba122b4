package histogram

import (
	"slices"
	"time"
)

// Exemplar is one observation of a bucket and the trace in which it occurred.
type Exemplar struct {
	Value   float64
	TraceID string
	At      time.Time
}

// Snapshot is a Histogram as it was at a moment. The zero value is an empty one of any
// bounds.
type Snapshot struct {
	Count uint64 // of all native buckets
	Sum   float64

	Bounds  []float64 // must not be changed
	Classic []uint64  // the values not above each bound and above the one before; the last has no bound
	// Exemplars has at most one of each classic bucket, in their order.
	Exemplars []Exemplar

	Zero   uint64  // values not above Low
	Low    float64 // a native bound
	First  int     // the index of Native[0]
	Native []uint64
}

// Add counts what another snapshot counts too. Both have the same bounds, or one is the
// zero value.
func (s *Snapshot) Add(o Snapshot) {
	if len(s.Native) == 0 {
		*s = o
		s.Classic, s.Native, s.Exemplars = slices.Clone(o.Classic), slices.Clone(o.Native), slices.Clone(o.Exemplars)
		return
	}
	s.Count += o.Count
	s.Sum += o.Sum
	s.Zero += o.Zero
	for i, n := range o.Classic {
		s.Classic[i] += n
	}
	for i, n := range o.Native {
		s.Native[i] += n
	}
	if len(s.Exemplars) == 0 {
		s.Exemplars = slices.Clone(o.Exemplars)
	}
}

// Since returns what was counted after an earlier snapshot of the same histogram, or of
// the same histograms added up. The examples are those of now.
func (s Snapshot) Since(before Snapshot) Snapshot {
	since := s
	since.Classic, since.Native = slices.Clone(s.Classic), slices.Clone(s.Native)
	since.Count -= before.Count
	since.Sum -= before.Sum
	since.Zero -= before.Zero
	for i, n := range before.Classic {
		since.Classic[i] -= n
	}
	for i, n := range before.Native {
		since.Native[i] -= n
	}
	return since
}

// Quantile returns the value that the share q of all values (0 to 1) does not exceed, at
// most 9 % too large: the bound of its native bucket. It is 0 when there are none.
func (s Snapshot) Quantile(q float64) float64 {
	rank := q * float64(s.Count)
	seen := s.Zero
	if s.Count == 0 || float64(seen) >= rank {
		return 0
	}
	for i, n := range s.Native {
		if seen += n; float64(seen) >= rank {
			return NativeBound(s.First + i)
		}
	}
	return NativeBound(s.First + len(s.Native) - 1)
}

// Above returns how many values lie in native buckets above v; those in the bucket of v
// itself are left out.
func (s Snapshot) Above(v float64) (n uint64) {
	for i := len(s.Native) - 1; i >= 0 && NativeBound(s.First+i-1) >= v; i-- {
		n += s.Native[i]
	}
	return n
}
