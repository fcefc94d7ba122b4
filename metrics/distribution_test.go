package metrics

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"github.com/atrium-rtc/atrium/internal/histogram"
)

func gather(t *testing.T, list ...series[histogram.Histogram]) func(*histogram.Histogram) *dto.MetricFamily {
	t.Helper()
	return func(h *histogram.Histogram) *dto.MetricFamily {
		registry := prometheus.NewPedanticRegistry()
		registry.MustRegister(newCollector(list, func() *histogram.Histogram { return h }))
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		if len(families) != 1 {
			t.Fatalf("%d families, want one", len(families))
		}
		return families[0]
	}
}

func TestHistogramsAreClassicInText(t *testing.T) {
	h := histogram.New(0.5, 1, 2)
	h.ObserveTraced(0.75, "4bf92f3577b34da6", time.Unix(1700000000, 0))
	h.Observe(3)
	h.Observe(0.5)
	family := gather(t, spread("x_seconds", "X.", (*histogram.Histogram).Snapshot))(h)
	var text bytes.Buffer
	if _, err := expfmt.MetricFamilyToOpenMetrics(&text, family); err != nil {
		t.Fatal(err)
	}
	want := "# HELP x_seconds X.\n# TYPE x_seconds histogram\n" +
		"x_seconds_bucket{le=\"0.5\"} 1\n" +
		"x_seconds_bucket{le=\"1.0\"} 2 # {trace_id=\"4bf92f3577b34da6\"} 0.75 1.7e+09\n" +
		"x_seconds_bucket{le=\"2.0\"} 2\n" +
		"x_seconds_bucket{le=\"+Inf\"} 3\n" +
		"x_seconds_sum 4.25\nx_seconds_count 3\n"
	if diff := cmp.Diff(want, text.String()); diff != "" {
		t.Error(diff)
	}
}

func TestHistogramsAreNativeInProtobuf(t *testing.T) {
	h := histogram.New(0.5, 1, 2)
	values := map[int]uint64{-8: 3, -7: 1, -5: 2, 0: 7, 30: 1} // by index
	for index, n := range values {
		h.ObserveN(histogram.NativeBound(index), n)
	}
	h.ObserveN(0, 4)
	got := gather(t, spread("x_seconds", "X.", (*histogram.Histogram).Snapshot))(h).GetMetric()[0].GetHistogram()
	if got.GetSchema() != 3 || got.GetZeroCount() != 4 || got.GetSampleCount() != 18 || got.GetZeroThreshold() <= 0 {
		t.Errorf("schema %d, zero %d, count %d, threshold %v", got.GetSchema(), got.GetZeroCount(), got.GetSampleCount(), got.GetZeroThreshold())
	}
	decoded := map[int]uint64{}
	var at, index int
	var count int64
	for _, s := range got.GetPositiveSpan() {
		index += int(s.GetOffset())
		for range s.GetLength() {
			if count += got.GetPositiveDelta()[at]; count != 0 {
				decoded[index] = uint64(count)
			}
			at++
			index++
		}
	}
	if diff := cmp.Diff(values, decoded); diff != "" {
		t.Error(diff)
	}
	if at != len(got.GetPositiveDelta()) {
		t.Errorf("%d differences for %d buckets", len(got.GetPositiveDelta()), at)
	}
}

// Prometheus takes a histogram for a native one when it has a span.
func TestEmptyHistogramsAreNativeToo(t *testing.T) {
	got := gather(t, spread("x_seconds", "X.", (*histogram.Histogram).Snapshot))(histogram.New(1)).GetMetric()[0].GetHistogram()
	if len(got.GetPositiveSpan()) != 1 || len(got.GetBucket()) != 1 || got.GetSampleCount() != 0 {
		t.Errorf("an empty histogram is %v", got)
	}
}

func TestHistogramsHaveLabels(t *testing.T) {
	list := spreads("x_seconds", "X.", "method", func(h *histogram.Histogram) map[string]histogram.Snapshot {
		return map[string]histogram.Snapshot{"joinRoom": h.Snapshot(), "other": histogram.New(1).Snapshot()}
	})
	family := gather(t, list)(histogram.New(1))
	var seen []string
	for _, m := range family.GetMetric() {
		seen = append(seen, m.GetLabel()[0].GetName()+"="+m.GetLabel()[0].GetValue())
	}
	if diff := cmp.Diff([]string{"method=joinRoom", "method=other"}, seen); diff != "" {
		t.Error(diff)
	}
}
