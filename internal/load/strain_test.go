package load

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestStrainSaysWhatIsWrong(t *testing.T) {
	fine := strain{cores: 1.7, processors: 2, lateness: 20 * time.Millisecond, wait: 20 * time.Millisecond}
	tests := []struct {
		name   string
		change func(*strain)
		want   string // part of the only reason; empty for none
	}{
		{"at every limit", func(*strain) {}, ""},
		{"processor", func(s *strain) { s.cores = 1.9 }, "95 % of its 2 processors"},
		{"late publishers", func(s *strain) { s.lateness = 31 * time.Millisecond }, "31ms late"},
		{"waiting receivers", func(s *strain) { s.wait = 25 * time.Millisecond }, "waited 25ms"},
		{"publishers that stood still", func(s *strain) { s.stalls = 2 }, "more than a second 2 times"},
		{"full sockets", func(s *strain) { s.drops = 3 }, "dropped 3 datagrams"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := fine
			tt.change(&s)
			got := s.reasons()
			if tt.want == "" {
				if len(got) != 0 {
					t.Errorf("reasons %q, want none", got)
				}
				return
			}
			if len(got) != 1 || !strings.Contains(got[0], tt.want) {
				t.Errorf("reasons %q, want one with %q", got, tt.want)
			}
		})
	}
}

func TestSchedulerTellsOnlyWhatIsNew(t *testing.T) {
	var s scheduler
	for i, tt := range []struct{ counts, want []uint64 }{
		{[]uint64{5, 0, 2}, []uint64{5, 0, 2}},
		{[]uint64{5, 3, 4}, []uint64{0, 3, 2}},
		{[]uint64{5, 3, 4}, []uint64{0, 0, 0}},
	} {
		if diff := cmp.Diff(tt.want, s.fresh(tt.counts)); diff != "" {
			t.Errorf("call %d (-want +got):\n%s", i, diff)
		}
	}
}

func TestSchedulerReadsTheRuntime(t *testing.T) {
	var s scheduler
	s.wait()
	var total uint64
	for _, n := range s.last {
		total += n
	}
	if total == 0 {
		t.Error("no goroutine has ever been scheduled, says the runtime")
	}
}

func TestQuantileOfRuntimeHistogram(t *testing.T) {
	buckets := []float64{math.Inf(-1), 0, 0.001, 0.01, math.Inf(1)}
	got := map[string]time.Duration{
		"empty":    quantile([]uint64{0, 0, 0, 0}, buckets, 0.99),
		"low":      quantile([]uint64{0, 99, 1, 0}, buckets, 0.99),
		"high":     quantile([]uint64{0, 98, 2, 0}, buckets, 0.99),
		"overflow": quantile([]uint64{0, 0, 0, 5}, buckets, 0.5),
	}
	want := map[string]time.Duration{
		"empty": 0, "low": time.Millisecond, "high": 10 * time.Millisecond, "overflow": 10 * time.Millisecond,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
