package histogram

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"
)

func TestNativeBucketsHoldWhatTheirBoundsSay(t *testing.T) {
	table := steps()
	for _, v := range []float64{1, 2, 0.5, 0.001, 1.0001, 3e9, 0.25, math.Exp2(0.125), math.Nextafter(2, 3), math.Nextafter(2, 1)} {
		i := nativeIndex(v, &table)
		if v > NativeBound(i)*(1+1e-15) || v <= NativeBound(i-1)*(1-1e-15) {
			t.Errorf("%v is in bucket %d, from %v to %v", v, i, NativeBound(i-1), NativeBound(i))
		}
	}
	// By the specification: 1 is the upper bound of bucket 0, 2 of bucket 8.
	for v, want := range map[float64]int{1: 0, 2: 8, 0.5: -8, 1.5: 5} {
		if got := nativeIndex(v, &table); got != want {
			t.Errorf("%v is in bucket %d, want %d", v, got, want)
		}
	}
}

func TestValuesOnABoundAreNotAboveIt(t *testing.T) {
	h := New(1, 2, 4)
	for _, v := range []float64{0, 1, 1.5, 2, 3, 4, 5, 1e12, -3} {
		h.Observe(v)
	}
	h.Observe(math.NaN())
	s := h.Snapshot()
	if want := []uint64{3, 2, 2, 2}; !slices.Equal(s.Classic, want) {
		t.Errorf("classic buckets %v, want %v", s.Classic, want)
	}
	if s.Count != 9 || s.Zero != 2 {
		t.Errorf("%d values, %d of them zero; want 9 and 2", s.Count, s.Zero)
	}
	if want := 0 + 1 + 1.5 + 2 + 3 + 4 + 5 + 1e12; s.Sum != want {
		t.Errorf("sum %v, want %v", s.Sum, want)
	}
}

func TestQuantilesAreAtMostNinePerCentTooLarge(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	h := New(0.001, 0.01, 0.1, 1)
	values := make([]float64, 5000)
	for i := range values {
		values[i] = math.Exp(random.NormFloat64()) * 0.02
		h.Observe(values[i])
	}
	slices.Sort(values)
	s := h.Snapshot()
	for _, q := range []float64{0.01, 0.5, 0.9, 0.99, 1} {
		exact := values[max(0, int(math.Ceil(q*float64(len(values))))-1)]
		if got := s.Quantile(q); got < exact*(1-1e-12) || got > exact*1.0906 {
			t.Errorf("quantile %v is %v, exactly %v", q, got, exact)
		}
	}
	if got := (Snapshot{}).Quantile(0.5); got != 0 {
		t.Errorf("the median of nothing is %v", got)
	}
}

func TestSnapshotsAddAndSubtract(t *testing.T) {
	a, b := New(1, 2), New(1, 2)
	a.ObserveN(1.5, 10)
	b.ObserveN(0.5, 3)
	before := a.Snapshot()
	var sum Snapshot
	sum.Add(before)
	sum.Add(b.Snapshot())
	if sum.Count != 13 || sum.Sum != 16.5 || !slices.Equal(sum.Classic, []uint64{3, 10, 0}) {
		t.Errorf("the sum is %+v", sum)
	}
	if before.Count != 10 || before.Classic[0] != 0 {
		t.Errorf("adding changed what was added: %+v", before)
	}
	a.ObserveN(4, 5)
	since := a.Snapshot().Since(before)
	if since.Count != 5 || since.Sum != 20 || !slices.Equal(since.Classic, []uint64{0, 0, 5}) || since.Above(2) != 5 || since.Above(4) != 0 {
		t.Errorf("since then: %+v", since)
	}
	if whole := a.Snapshot().Since(Snapshot{}); whole.Count != 15 {
		t.Errorf("since the start: %+v", whole)
	}
}

func TestExamplesStayWithTheirBucket(t *testing.T) {
	h := New(1, 2)
	at := time.Unix(100, 0)
	h.ObserveTraced(1.5, "a", at)
	h.ObserveTraced(1.6, "b", at)
	h.ObserveTraced(7, "", at)
	s := h.Snapshot()
	if len(s.Exemplars) != 1 || s.Exemplars[0] != (Exemplar{1.6, "b", at}) {
		t.Errorf("examples %+v", s.Exemplars)
	}
	if s.Count != 3 {
		t.Errorf("%d values", s.Count)
	}
}

// Prometheus refuses a native histogram whose buckets do not add up to its count, and
// the classic ones must not exceed it.
func TestSnapshotsAddUpWhileOthersObserve(t *testing.T) {
	h := New(0.5, 1, 2)
	var observers sync.WaitGroup
	for i := range 4 {
		observers.Go(func() {
			for range 20000 {
				h.Observe(float64(i))
			}
		})
	}
	for range 200 {
		s := h.Snapshot()
		var native, classic uint64
		for _, n := range s.Native {
			native += n
		}
		for _, n := range s.Classic {
			classic += n
		}
		if native+s.Zero != s.Count || classic > s.Count {
			t.Fatalf("count %d, native %d, classic %d", s.Count, native+s.Zero, classic)
		}
	}
	observers.Wait()
	if s := h.Snapshot(); s.Count != 80000 || s.Sum != 20000*(1+2+3) {
		t.Errorf("count %d, sum %v", s.Count, s.Sum)
	}
}

func TestObservingAllocatesNothing(t *testing.T) {
	h := New(0.001, 0.01, 0.1)
	if n := testing.AllocsPerRun(1000, func() { h.ObserveDuration(7 * time.Millisecond) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkObserve(b *testing.B) {
	h := New(0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25)
	v := 0.0001
	for b.Loop() {
		h.Observe(v)
		v = math.Mod(v*1.37, 0.3) + 1e-6
	}
}

// Any float64 of the range that a Histogram passes on lies between the bounds of its
// bucket.
func TestNativeBucketsHoldAnyNumber(t *testing.T) {
	table := steps()
	random := rand.New(rand.NewPCG(3, 4))
	for range 200_000 {
		v := math.Ldexp(1+random.Float64(), random.IntN(120)-60)
		i := nativeIndex(v, &table)
		if v > NativeBound(i)*(1+1e-15) || v <= NativeBound(i-1)*(1-1e-15) {
			t.Fatalf("%v is in bucket %d, from %v to %v", v, i, NativeBound(i-1), NativeBound(i))
		}
	}
}
