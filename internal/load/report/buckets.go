package report

import (
	"math"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

// mostBuckets is how many places a plot has on its time axis: more than a screen
// shows apart, and few enough for a page that opens at once.
const mostBuckets = 600

// bucket is some successive seconds that share a place in plots.
type bucket []result.Point

// buckets divides the timeline into at most mostBuckets parts of equal length.
// A part keeps its points, so that plots show the highest and the lowest.
func buckets(timeline []result.Point) []bucket {
	size := (len(timeline) + mostBuckets - 1) / mostBuckets
	var list []bucket
	for start := 0; start < len(timeline); start += size {
		list = append(list, timeline[start:min(start+size, len(timeline))])
	}
	return list
}

// end is when the bucket's last second ended.
func (b bucket) end() result.Seconds { return b[len(b)-1].At }

// sample is one value of a curve.
type sample struct {
	at, v float64
}

// extremes returns the lowest and the highest value of a bucket, in the order in
// which they came; one sample if they are the same, none if all are NaN.
func (b bucket) extremes(read func(*result.Point) float64) []sample {
	var low, high sample
	found := false
	for i := range b {
		v := read(&b[i])
		if math.IsNaN(v) {
			continue
		}
		s := sample{float64(b[i].At), v}
		if !found || v < low.v {
			low = s
		}
		if !found || v > high.v {
			high = s
		}
		found = true
	}
	switch {
	case !found:
		return nil
	case low.v == high.v:
		return []sample{high}
	case low.at < high.at:
		return []sample{low, high}
	default:
		return []sample{high, low}
	}
}

// text writes the values of a curve in the bucket: one, or a range.
func (b bucket) text(c *curve) string {
	s := b.extremes(c.read)
	if len(s) == 0 {
		return result.Nothing
	}
	low, high := s[0].v, s[len(s)-1].v
	if low > high {
		low, high = high, low
	}
	if from, to := c.unit.Format(low), c.unit.Format(high); from != to {
		return from + " – " + to
	}
	return c.unit.Format(high)
}

// saturated says whether the generator was, in any of the bucket's seconds.
func (b bucket) saturated() bool {
	for i := range b {
		if b[i].Saturated {
			return true
		}
	}
	return false
}
