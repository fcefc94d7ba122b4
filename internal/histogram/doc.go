// Package histogram counts values by size while the server runs, for those who
// scrape it and for those who watch its last seconds.
//
//	Observe(v) --> classic buckets, at the bounds that the owner chose
//	          \--> native buckets, each 9 % wider than the one before
//	                    |
//	    Snapshot() -----+--> metrics, in both forms of Prometheus
//	                    +--> Since(before).Quantile(0.99): of one second, say
//
// The native form is that of Prometheus' native histograms with schema 3
// (https://prometheus.io/docs/specs/native_histograms/): bucket i holds what is above
// 2^((i-1)/8) and not above 2^(i/8). The classic form is for servers and rules that do not
// know the native one.
//
// The client library of Prometheus has histograms too. It is for package metrics only,
// which reads what the parts of the server counted by themselves, and one of its
// observations costs several times as much. The load generator's own
// (internal/load/histogram) knows durations only, in linear steps, which Prometheus does
// not.
package histogram
