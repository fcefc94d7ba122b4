package histogram

import (
	"math"
	"time"
)

// Snapshot is what a Histogram had counted at one moment, or between two. It is
// a value; the zero value is empty.
type Snapshot struct {
	counts   [buckets]uint64
	count    uint64
	sum      time.Duration
	min, max time.Duration
}

// Since returns what was recorded between an earlier Snapshot of the same
// Histogram and this one. Its Min and Max are within Precision, all else is as
// exact as in a Histogram.
func (s *Snapshot) Since(earlier *Snapshot) Snapshot {
	var d Snapshot
	first, last := -1, -1
	for i := range s.counts {
		if s.counts[i] <= earlier.counts[i] {
			continue
		}
		d.counts[i] = s.counts[i] - earlier.counts[i]
		d.count += d.counts[i]
		if first < 0 {
			first = i
		}
		last = i
	}
	if d.count > 0 {
		d.sum = max(s.sum-earlier.sum, 0)
		d.min, d.max = s.clamp(middle(first)), s.clamp(middle(last))
	}
	return d
}

// Count returns how many durations there are.
func (s *Snapshot) Count() uint64 { return s.count }

// Min returns the shortest duration, 0 when there is none.
func (s *Snapshot) Min() time.Duration { return s.min }

// Max returns the longest duration, 0 when there is none.
func (s *Snapshot) Max() time.Duration { return s.max }

// Mean returns the mean of the durations, 0 when there is none.
func (s *Snapshot) Mean() time.Duration {
	if s.count == 0 {
		return 0
	}
	return time.Duration(float64(s.sum) / float64(s.count))
}

// Quantile returns the duration that the share q, 0 to 1, of those counted does
// not exceed, within Precision; 0 when there is none. 0 gives Min and 1 gives
// Max.
func (s *Snapshot) Quantile(q float64) time.Duration {
	rank := uint64(math.Ceil(min(max(q, 0), 1) * float64(s.count)))
	if rank <= 1 {
		return s.min
	}
	if rank >= s.count {
		return s.max
	}
	var seen uint64
	for i, n := range s.counts {
		if seen += n; seen >= rank {
			return s.clamp(middle(i))
		}
	}
	return s.max
}

// clamp keeps the middle of a bucket inside what really was recorded.
func (s *Snapshot) clamp(d time.Duration) time.Duration { return min(max(d, s.min), s.max) }
