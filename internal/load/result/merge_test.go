package result_test

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

// filled sets every count and time of a Summary to n, so that a field that is
// added one day is tested too.
func filled(n int) result.Summary {
	var s result.Summary
	v := reflect.ValueOf(&s).Elem()
	for i := range v.NumField() {
		switch f := v.Field(i); {
		case f.CanInt():
			f.SetInt(int64(n))
		case f.CanUint():
			f.SetUint(uint64(n))
		case f.CanFloat():
			f.SetFloat(float64(n))
		}
	}
	return s
}

func TestAddSumsEverythingButTheLongestFreeze(t *testing.T) {
	s, other, want := filled(2), filled(3), filled(5)
	want.LongestFreeze = 3
	s.Add(&other)
	if diff := cmp.Diff(want, s); diff != "" {
		t.Errorf("sum (-want +got):\n%s", diff)
	}
}

func TestAddLeavesDistributionsToHistograms(t *testing.T) {
	s := result.Summary{Latency: result.Distribution{Count: 1, P50: 4}}
	want := s
	s.Add(&result.Summary{Latency: result.Distribution{Count: 9, P50: 90}})
	if diff := cmp.Diff(want, s); diff != "" {
		t.Errorf("sum (-want +got):\n%s", diff)
	}
}
