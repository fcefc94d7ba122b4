// Package histogram counts durations so that their percentiles can be told
// while the counting goes on.
//
//	Record(d) ──> 8 µs │16 µs │32 µs │ ... │34 s .. 69 s │
//	              16 buckets each, all of one width
//	                     │
//	   Quantile, Mean, ... <──┴──> AddTo (clients to a run)
//	                          └──> Snapshot, Since (one second of it)
//
// The buckets are logarithmic between powers of two and linear inside, so that
// the one of a duration is found with a shift and a mask, and told by its middle
// it is off by 1/32 at most. That is enough for latencies, which vary by more
// from run to run. One Histogram has 3 KB; a load test holds thousands.
//
// HdrHistogram, the usual choice, does not fit: its counters are plain, so that
// nobody may read while another records, and two digits from 10 µs to 60 s take
// ten times the memory.
package histogram
