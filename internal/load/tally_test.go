package load

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/atrium-rtc/atrium/internal/load/result"
	"github.com/atrium-rtc/atrium/internal/load/watch"
)

func TestCountsTellWhatIsOverFromWhatGoesOn(t *testing.T) {
	s := watch.Snapshot{
		Freezes: 2, Frozen: 3 * time.Second, LongestFreeze: 2 * time.Second, Freezing: 4 * time.Second,
		AudioGaps: 1, AudioGap: time.Second, AudioSilent: 500 * time.Millisecond,
		Audio: watch.Delivery{Packets: 50, Octets: 5000, Lost: 1}, Video: watch.Delivery{Packets: 100, Octets: 100000, Lost: 2, Repaired: 7},
	}
	counts, open := countsOf(&s)
	wantCounts := result.Summary{
		Packets: 150, Octets: 105000, Lost: 3, Repaired: 7,
		Freezes: 2, Frozen: 3, LongestFreeze: 2000, AudioGaps: 1, AudioGap: 1,
	}
	if diff := cmp.Diff(wantCounts, counts); diff != "" {
		t.Errorf("what is over (-want +got):\n%s", diff)
	}
	wantOpen := result.Summary{Freezes: 1, Frozen: 4, LongestFreeze: 4000, AudioGaps: 1, AudioGap: 0.5}
	if diff := cmp.Diff(wantOpen, open); diff != "" {
		t.Errorf("what goes on (-want +got):\n%s", diff)
	}
}

func TestSettledFiguresLeaveOutWhatGoesOn(t *testing.T) {
	ty := newTally()
	ty.sum = result.Summary{Freezes: 3, Frozen: 7, AudioGaps: 2, AudioGap: 1.5, Packets: 9}
	ty.open = result.Summary{Freezes: 1, Frozen: 4, AudioGaps: 1, AudioGap: 0.5}
	want := result.Summary{Freezes: 2, Frozen: 3, AudioGaps: 1, AudioGap: 1, Packets: 9}
	if diff := cmp.Diff(want, ty.settled()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := ty.ended(); got != 2 {
		t.Errorf("%d freezes have ended, want 2", got)
	}
}

func TestTimesOfAWindowAreThoseAfterItsBeginning(t *testing.T) {
	then := newTally()
	now := newTally()
	before, later := timed{then.at.Add(-time.Second), time.Second}, timed{then.at.Add(time.Second), 10 * time.Millisecond}
	now.entries = []timed{before, later}
	now.firstMedia, now.firstPicture = now.entries, now.entries
	got := now.since(then)
	want := result.Distribution{Count: 1, Min: 10, Mean: 10, P50: 10, P90: 10, P95: 10, P99: 10, Max: 10}
	for name, d := range map[string]result.Distribution{"join": got.Join, "media": got.FirstMedia, "keyframe": got.FirstKeyframe} {
		if diff := cmp.Diff(want, d); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if all := now.summary().Join; all.Count != 2 {
		t.Errorf("%d joins in all, want 2", all.Count)
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
