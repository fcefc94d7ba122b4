package histogram

import (
	"math/bits"
	"time"
)

// Precision is how far a quantile may be from the duration it stands for, as a
// share of it, for durations from 10 µs to a minute.
const Precision = 1.0 / (2 * perOctave)

const (
	firstOctave = 13 // 2^13 ns is 8 µs; what is shorter shares bucket 0
	lastOctave  = 35 // ends at 2^36 ns, 69 s; what is longer shares the last bucket
	octaveBits  = 4
	perOctave   = 1 << octaveBits
	buckets     = 1 + (lastOctave-firstOctave+1)*perOctave
)

// bucketOf returns the bucket of a duration that is not negative.
func bucketOf(d time.Duration) int {
	ns := uint64(d) //nolint:gosec // not negative
	octave := bits.Len64(ns) - 1
	switch {
	case octave < firstOctave:
		return 0
	case octave > lastOctave:
		return buckets - 1
	}
	inside := int(ns>>(octave-octaveBits)) & (perOctave - 1)
	return 1 + (octave-firstOctave)*perOctave + inside
}

// middle returns the duration that a bucket stands for.
func middle(bucket int) time.Duration {
	if bucket == 0 {
		return 1 << (firstOctave - 1)
	}
	octave := firstOctave + (bucket-1)/perOctave
	width := time.Duration(1) << (octave - octaveBits)
	return time.Duration(1)<<octave + time.Duration((bucket-1)%perOctave)*width + width/2
}
