package metrics

import (
	"slices"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/atrium-rtc/atrium/internal/histogram"
)

// distribution is one histogram of a series.
type distribution struct {
	histogram.Snapshot
	labels []string
}

// spread is a series of one histogram.
func spread[S any](name, help string, value func(*S) histogram.Snapshot) series[S] {
	return series[S]{
		name: name, help: help,
		distributions: func(s *S) []distribution { return []distribution{{value(s), nil}} },
	}
}

// spreads is a series of a histogram for each value of a label, whose values are known
// beforehand or few.
func spreads[S any](name, help, label string, values func(*S) map[string]histogram.Snapshot) series[S] {
	return series[S]{
		name: name, help: help, labels: []string{label},
		distributions: func(s *S) []distribution {
			var list []distribution
			for value, snapshot := range values(s) {
				list = append(list, distribution{snapshot, []string{value}})
			}
			return list
		},
	}
}

// distributionMetric is a histogram in both of Prometheus' forms: a scraper that asks
// for protobuf gets the native one too. It implements prometheus.Metric, because the
// client library can make a constant histogram of one form only.
type distributionMetric struct {
	desc   *prometheus.Desc
	labels []*dto.LabelPair
	from   histogram.Snapshot
}

func newDistributionMetric(desc *prometheus.Desc, names []string, d distribution) *distributionMetric {
	m := &distributionMetric{desc: desc, from: d.Snapshot}
	for i, name := range names {
		m.labels = append(m.labels, &dto.LabelPair{Name: &name, Value: &d.labels[i]})
	}
	slices.SortFunc(m.labels, func(a, b *dto.LabelPair) int {
		if a.GetName() < b.GetName() {
			return -1
		}
		return 1
	})
	return m
}

// Desc implements prometheus.Metric.
func (m *distributionMetric) Desc() *prometheus.Desc { return m.desc }

// Write implements prometheus.Metric.
func (m *distributionMetric) Write(out *dto.Metric) error {
	s := &m.from
	schema := int32(histogram.Schema)
	h := &dto.Histogram{
		SampleCount: &s.Count, SampleSum: &s.Sum,
		Schema: &schema, ZeroThreshold: &s.Low, ZeroCount: &s.Zero,
	}
	m.writeClassic(h)
	writeNative(h, s)
	out.Label, out.Histogram = m.labels, h
	return nil
}

// writeClassic writes the buckets at the bounds of the histogram, each with its example.
func (m *distributionMetric) writeClassic(h *dto.Histogram) {
	var below uint64
	examples := m.from.Exemplars
	for i, bound := range m.from.Bounds {
		below += m.from.Classic[i]
		count := below
		bucket := &dto.Bucket{UpperBound: &bound, CumulativeCount: &count}
		for len(examples) > 0 && examples[0].Value <= bound {
			bucket.Exemplar = exemplar(examples[0])
			examples = examples[1:]
		}
		h.Bucket = append(h.Bucket, bucket)
	}
	for _, e := range m.from.Exemplars {
		h.Exemplars = append(h.Exemplars, exemplar(e))
	}
}

func exemplar(e histogram.Exemplar) *dto.Exemplar {
	name := "trace_id"
	return &dto.Exemplar{
		Label: []*dto.LabelPair{{Name: &name, Value: &e.TraceID}},
		Value: &e.Value, Timestamp: timestamppb.New(e.At),
	}
}

// maxGap is how many empty buckets are written out within a span; more begin a new one,
// which costs about as much.
const maxGap = 2

// writeNative writes the buckets that hold something: spans of them, and in each the
// difference to the bucket before. Without any, one empty span tells that the histogram
// is a native one.
func writeNative(h *dto.Histogram, s *histogram.Snapshot) {
	var last int64
	end := 0 // the index after the last bucket written
	for i, n := range s.Native {
		if n == 0 {
			continue
		}
		at := s.First + i
		if gap := at - end; len(h.PositiveSpan) == 0 || gap > maxGap {
			h.PositiveSpan = append(h.PositiveSpan, span(gap))
		} else {
			for range gap {
				h.PositiveDelta = append(h.PositiveDelta, -last)
				last = 0
				*h.PositiveSpan[len(h.PositiveSpan)-1].Length++
			}
		}
		*h.PositiveSpan[len(h.PositiveSpan)-1].Length++
		h.PositiveDelta = append(h.PositiveDelta, int64(n)-last) //nolint:gosec // counts of events
		last, end = int64(n), at+1                               //nolint:gosec // counts of events
	}
	if len(h.PositiveSpan) == 0 {
		h.PositiveSpan = []*dto.BucketSpan{span(0)}
	}
}

// span returns an empty span.
func span(offset int) *dto.BucketSpan {
	at, none := int32(offset), uint32(0) //nolint:gosec // some hundred
	return &dto.BucketSpan{Offset: &at, Length: &none}
}
