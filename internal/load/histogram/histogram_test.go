package histogram_test

import (
	"math"
	"slices"
	"sync"
	"testing"
	"time"
	"unsafe"

	"pgregory.net/rapid"

	"github.com/atrium-rtc/atrium/internal/load/histogram"
)

const ms = time.Millisecond

// near reports whether got is within the precision of want; below 10 µs only
// that both are.
func near(got, want time.Duration) bool {
	if want < 10*time.Microsecond {
		return got < 10*time.Microsecond
	}
	return math.Abs(float64(got-want)) <= float64(want)*histogram.Precision+1
}

func of(durations ...time.Duration) *histogram.Histogram {
	h := histogram.New()
	for _, d := range durations {
		h.Record(d)
	}
	return h
}

func TestEmptyHistogramIsAllZero(t *testing.T) {
	h := histogram.New()
	if h.Count() != 0 || h.Mean() != 0 || h.Min() != 0 || h.Max() != 0 || h.Quantile(0.5) != 0 {
		t.Error("figures without records")
	}
}

func TestPercentilesOfAKnownSpread(t *testing.T) {
	h := histogram.New()
	for i := range 1000 {
		h.Record(time.Duration(i+1) * ms) // 1 ms to 1 s
	}
	for _, tt := range []struct {
		q    float64
		want time.Duration
	}{{-1, ms}, {0, ms}, {0.5, 500 * ms}, {0.9, 900 * ms}, {0.99, 990 * ms}, {1, 1000 * ms}, {2, 1000 * ms}} {
		if got := h.Quantile(tt.q); !near(got, tt.want) {
			t.Errorf("quantile %v is %v, want %v", tt.q, got, tt.want)
		}
	}
	if h.Count() != 1000 || h.Mean() != 500*ms+ms/2 || h.Min() != ms || h.Max() != time.Second {
		t.Errorf("count %d, mean %v, min %v, max %v", h.Count(), h.Mean(), h.Min(), h.Max())
	}
}

func TestDurationsOutsideTheRangeKeepTheExtremesExact(t *testing.T) {
	h := of(-5*ms, time.Hour, 100*ms)
	if h.Min() != 0 || h.Max() != time.Hour || h.Count() != 3 {
		t.Errorf("min %v, max %v, count %d", h.Min(), h.Max(), h.Count())
	}
	if got := h.Quantile(0.5); !near(got, 100*ms) {
		t.Errorf("median %v", got)
	}
}

// TestQuantilesAreWithinThePrecision compares with sorting.
func TestQuantilesAreWithinThePrecision(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// Drawn as exponents, so that all magnitudes are.
		exponents := rapid.SliceOfN(rapid.Float64Range(3, 10.77), 1, 200).Draw(t, "log10 ns")
		h := histogram.New()
		var all []time.Duration
		for _, e := range exponents {
			d := time.Duration(math.Pow(10, e))
			h.Record(d)
			all = append(all, d)
		}
		slices.Sort(all)
		q := rapid.Float64Range(0, 1).Draw(t, "q")
		want := all[max(int(math.Ceil(q*float64(len(all))))-1, 0)]
		if got := h.Quantile(q); !near(got, want) {
			t.Fatalf("quantile %v of %v: %v, want %v", q, all, got, want)
		}
	})
}

func TestAddToIsAsIfRecordedThere(t *testing.T) {
	a, b, all := of(10*ms, 30*ms), of(5*ms, 80*ms), of(5*ms, 10*ms, 30*ms, 80*ms)
	sum := histogram.New()
	a.AddTo(sum)
	b.AddTo(sum)
	histogram.New().AddTo(sum)
	if got, want := sum.Snapshot(), all.Snapshot(); got != want {
		t.Errorf("sum has %v to %v, mean %v", got.Min(), got.Max(), got.Mean())
	}
}

func TestSinceIsOneSecondOfTheWhole(t *testing.T) {
	h := of(time.Second, 2*time.Second)
	first := h.Snapshot()
	for range 10 {
		h.Record(20 * ms)
	}
	h.Record(40 * ms)
	second := h.Snapshot()
	d := second.Since(&first)
	if d.Count() != 11 || !near(d.Quantile(0.5), 20*ms) || !near(d.Max(), 40*ms) || !near(d.Min(), 20*ms) {
		t.Errorf("%d records from %v to %v, median %v", d.Count(), d.Min(), d.Max(), d.Quantile(0.5))
	}
	if got, want := d.Mean(), 240*ms/11; got != want {
		t.Errorf("mean %v, want %v", got, want)
	}
	if idle := second.Since(&second); idle != (histogram.Snapshot{}) {
		t.Errorf("%d records in no time", idle.Count())
	}
}

func TestReadersMayLookWhileOthersRecord(t *testing.T) {
	h, sum := histogram.New(), histogram.New()
	var wg sync.WaitGroup
	for w := range 2 {
		wg.Go(func() {
			for i := range 1000 {
				h.Record(time.Duration(i+w) * ms)
			}
		})
	}
	wg.Go(func() {
		for range 100 {
			if h.Quantile(0.5) > 1000*ms {
				t.Error("a median beyond everything recorded")
			}
			h.AddTo(sum)
		}
	})
	wg.Wait()
	if h.Count() != 2000 || h.Min() != 0 || h.Max() != 1000*ms {
		t.Errorf("%d records from %v to %v", h.Count(), h.Min(), h.Max())
	}
}

func TestHistogramIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(histogram.Histogram{}); size > 3100 {
		t.Errorf("%d octets; a load test holds thousands", size)
	}
}

func TestRecordDoesNotAllocate(t *testing.T) {
	h := histogram.New()
	d := time.Duration(0)
	if allocs := testing.AllocsPerRun(1000, func() { d += 100 * time.Microsecond; h.Record(d) }); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

func BenchmarkRecord(b *testing.B) {
	h := histogram.New()
	d := time.Duration(0)
	b.ReportAllocs()
	for b.Loop() {
		d = (d + 12345) & (1<<27 - 1)
		h.Record(d)
	}
}

func BenchmarkAddTo(b *testing.B) {
	h, sum := histogram.New(), histogram.New()
	for i := range 500 {
		h.Record(time.Duration(i) * 100 * time.Microsecond)
	}
	b.ReportAllocs()
	for b.Loop() {
		h.AddTo(sum)
	}
}

func BenchmarkQuantile(b *testing.B) {
	h := of(ms, 2*ms, 3*ms)
	b.ReportAllocs()
	for b.Loop() {
		h.Quantile(0.99)
	}
}
