package load

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/atrium-rtc/atrium/internal/load/result"
	"github.com/atrium-rtc/atrium/internal/load/watch"
)

func TestCountsIncludeWhatGoesOn(t *testing.T) {
	s := watch.Snapshot{
		Freezes: 2, Frozen: 3 * time.Second, LongestFreeze: 2 * time.Second, Freezing: 4 * time.Second,
		AudioGaps: 1, AudioGap: time.Second, AudioSilent: 500 * time.Millisecond,
		Audio: watch.Delivery{Packets: 50, Octets: 5000, Lost: 1}, Video: watch.Delivery{Packets: 100, Octets: 100000, Lost: 2, Repaired: 7},
	}
	want := result.Summary{
		Packets: 150, Octets: 105000, Lost: 3, Repaired: 7,
		Freezes: 3, Frozen: 7, LongestFreeze: 4000, AudioGaps: 2, AudioGap: 1.5,
	}
	if diff := cmp.Diff(want, countsOf(&s)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDifferenceOfTwoTalliesIsWhatHappenedBetween(t *testing.T) {
	then, now := newTally(), newTally()
	then.sum = result.Summary{Packets: 100, Lost: 10, Freezes: 3, Frozen: 2, Watched: 10, JoinFailures: 1}
	now.sum = result.Summary{Packets: 190, Lost: 20, Freezes: 2, Frozen: 1.5, Watched: 20, JoinFailures: 3}
	for range 100 {
		then.latency.Record(time.Second)
		now.latency.Record(time.Second)
	}
	for range 100 {
		now.latency.Record(10 * time.Millisecond)
	}
	got := now.since(then)
	// A freeze that went on and turned out to be a pause is taken back: none, not
	// a negative number of them.
	want := result.Summary{Packets: 90, Lost: 10, Watched: 10, JoinFailures: 2}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(result.Summary{}, "Latency")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got.Latency.Count != 100 || got.Latency.P99 > 11 {
		t.Errorf("latency %+v, want the hundred of 10 ms", got.Latency)
	}
}

func TestSpreadIsExact(t *testing.T) {
	var list []time.Duration
	for i := range 101 {
		list = append(list, time.Duration(100-i)*time.Millisecond)
	}
	want := result.Distribution{Count: 101, Min: 0, Mean: 50, P50: 50, P90: 90, P95: 95, P99: 99, Max: 100}
	if diff := cmp.Diff(want, spread(list)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if list[0] != 100*time.Millisecond {
		t.Error("the list was sorted in place")
	}
	if diff := cmp.Diff(result.Distribution{}, spread(nil)); diff != "" {
		t.Errorf("of nothing (-want +got):\n%s", diff)
	}
}
