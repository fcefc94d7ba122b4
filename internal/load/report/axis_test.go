package report

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

// written is an axis as a reader sees it: "0 5 10 ms".
func written(a *axis) string {
	var labels []string
	for _, t := range a.ticks {
		labels = append(labels, t.Label)
	}
	return strings.TrimSpace(strings.Join(append(labels, a.unit), " "))
}

func TestLinearAxis(t *testing.T) {
	tests := []struct {
		low, high float64
		unit      result.Unit
		want      string
	}{
		{0, 9.3, result.Millisecond, "0 2 4 6 8 10 ms"},
		{0, 0.03, result.Millisecond, "0.00 0.01 0.02 0.03 ms"},
		{0, 4200, result.Millisecond, "0 1 2 3 4 5 s"},
		{0, 0, result.Count, "0 1 2 3 4"},
		{0, 2, result.Count, "0 1 2 3 4"},
		{0, 61, result.Count, "0 20 40 60 80"},
		{0, 12345, result.Count, "0 5,000 10,000 15,000"},
		{-3, 12, result.Count, "5 0 5 10 15"},
		{0, 1.98, result.Core, "0.0 0.5 1.0 1.5 2.0 cores"},
		{0, 230 << 20, result.Octet, "0 50 100 150 200 250 MiB"},
		{0, 653e6, result.BitPerSecond, "0 200 400 600 800 Mbit/s"},
		{0, 0, result.Core, "0.0 0.2 0.4 0.6 0.8 1.0 cores"},
	}
	for _, tt := range tests {
		a := linearAxis(tt.low, tt.high, tt.unit)
		if got := written(&a); got != tt.want {
			t.Errorf("%v to %v reads %q, want %q", tt.low, tt.high, got, tt.want)
		}
		if a.low > tt.low || a.high < tt.high {
			t.Errorf("%v to %v does not fit on %v to %v", tt.low, tt.high, a.low, a.high)
		}
	}
}

func TestLogAxis(t *testing.T) {
	tests := []struct {
		low, high float64
		want      string
	}{
		{0.87, 170, "0.5 1 2 5 10 20 50 100 200 ms"},
		{1, 100, "1 2 5 10 20 50 100 ms"},
		{0.02, 9000, "0.1 1 10 100 1,000 10,000 ms"},
		{3, 4, "2 5 ms"},
	}
	for _, tt := range tests {
		a := logAxis(tt.low, tt.high, result.Millisecond)
		if got := written(&a); got != tt.want {
			t.Errorf("%v to %v reads %q, want %q", tt.low, tt.high, got, tt.want)
		}
		if a.low > tt.low || a.high < tt.high {
			t.Errorf("%v to %v does not fit on %v to %v", tt.low, tt.high, a.low, a.high)
		}
		if a.note != "logarithmic axis" {
			t.Errorf("the note is %q", a.note)
		}
	}
	a := logAxis(1, 100, result.Millisecond)
	if got := a.at(10); math.Abs(got-0.5) > 1e-9 {
		t.Errorf("10 is at %v between 1 and 100, want the middle", got)
	}
	if got := a.at(0); got != 0 {
		t.Errorf("0 is at %v, want the beginning", got)
	}
}

func TestDeliveredAxisSaysWhereItBegins(t *testing.T) {
	tests := []struct {
		lowest     float64
		want, note string
	}{
		{1, "99.00 99.25 99.50 99.75 100.00 %", "axis begins at 99 %"},
		{0.992, "99.00 99.25 99.50 99.75 100.00 %", "axis begins at 99 %"},
		{0.97, "95.00 96.25 97.50 98.75 100.00 %", "axis begins at 95 %"},
		{0.6, "50.0 62.5 75.0 87.5 100.0 %", "axis begins at 50 %"},
		{0, "0 25 50 75 100 %", ""},
	}
	for _, tt := range tests {
		a := deliveredAxis(tt.lowest)
		if got := written(&a); got != tt.want || a.note != tt.note {
			t.Errorf("down to %v: %q (%s), want %q (%s)", tt.lowest, got, a.note, tt.want, tt.note)
		}
		if a.at(tt.lowest) < 0 || a.low > tt.lowest {
			t.Errorf("%v is below the axis", tt.lowest)
		}
	}
}

func TestTimeAxis(t *testing.T) {
	tests := []struct {
		end  result.Seconds
		want string
	}{
		{0, "0:00 0:01"},
		{1, "0:00 0:01"},
		{30, "0:00 0:05 0:10 0:15 0:20 0:25 0:30"},
		{125, "0:00 0:30 1:00 1:30 2:00"},
		{3600, "0:00 10:00 20:00 30:00 40:00 50:00 1:00:00"},
		{7 * 86400, "0:00 24:00:00 48:00:00 72:00:00 96:00:00 120:00:00 144:00:00 168:00:00"},
	}
	for _, tt := range tests {
		a := timeAxis(tt.end)
		if got := written(&a); got != tt.want {
			t.Errorf("%v s: %q, want %q", tt.end, got, tt.want)
		}
	}
}

func TestLatencyAxisIsLogarithmicForHighPeaksOnly(t *testing.T) {
	if a := latencyAxis(1, 30); a.logarithmic || a.low != 0 {
		t.Errorf("%+v, want one from zero", a)
	}
	if a := latencyAxis(1, 300); !a.logarithmic {
		t.Errorf("%+v, want a logarithmic one", a)
	}
	if a := latencyAxis(0, 0); a.logarithmic {
		t.Errorf("%+v for no values", a)
	}
}

func TestBucketsKeepTheExtremes(t *testing.T) {
	timeline := make([]result.Point, 7300)
	for i := range timeline {
		timeline[i] = result.Point{At: result.Seconds(i + 1), LatencyP99: 5}
	}
	timeline[1234].LatencyP99 = 900
	timeline[1236].LatencyP99 = 0.5
	list := buckets(timeline)
	if len(list) > mostBuckets || len(list) < mostBuckets/2 {
		t.Fatalf("%d buckets", len(list))
	}
	total := 0
	var found []sample
	for _, b := range list {
		total += len(b)
		s := b.extremes(func(p *result.Point) float64 { return float64(p.LatencyP99) })
		if len(s) != 1 {
			found = append(found, s...)
		}
	}
	if total != len(timeline) {
		t.Errorf("%d points in the buckets, want %d", total, len(timeline))
	}
	want := []sample{{1223, 5}, {1235, 900}, {1236, 5}, {1237, 0.5}} // in the order of time
	if diff := cmp.Diff(want, found, cmp.AllowUnexported(sample{})); diff != "" {
		t.Errorf("extremes (-want +got):\n%s", diff)
	}
}

func TestTraceBreaksAtGaps(t *testing.T) {
	x, y := axis{high: 10}, axis{high: 1}
	runs := [][]sample{{{1, 0}, {2, 1}}, {{5, 0.5}}}
	if got, want := trace(runs, &x, &y), "M100.0 100.00L200.0 0.00M500.0 50.00h-6"; got != want {
		t.Errorf("path %q, want %q", got, want)
	}
}

func TestBarsStandOnZero(t *testing.T) {
	x, y := axis{high: 10}, axis{low: -1, high: 1}
	got := bars([]sample{{1, 1}, {2, 0}, {3, -1}}, 1, &x, &y)
	want := "M12.5 50.00V0.00H87.5V50.00ZM212.5 50.00V100.00H287.5V50.00Z"
	if got != want {
		t.Errorf("path %q, want %q", got, want)
	}
}

func TestBandsJoinNeighbours(t *testing.T) {
	run := &result.Run{Duration: 10}
	for i := range 10 {
		run.Timeline = append(run.Timeline, result.Point{At: result.Seconds(i + 1), Saturated: i >= 2 && i < 5 || i == 8})
	}
	got := fmt.Sprintf("%.1f", newTimeline(run).bands())
	if want := "[{0.2 0.3} {0.8 0.1}]"; got != want {
		t.Errorf("bands %s, want %s", got, want)
	}
}

func TestFlagsDoNotCoverEachOther(t *testing.T) {
	run := &result.Run{Duration: 100, Marks: []result.Mark{{At: 10}, {At: 11}, {At: 12}, {At: 20}}}
	var numbers []int
	for _, f := range newTimeline(run).flags() {
		numbers = append(numbers, f.Number)
	}
	if diff := cmp.Diff([]int{1, 0, 0, 4}, numbers); diff != "" {
		t.Errorf("numbers (-want +got):\n%s", diff)
	}
}

func TestDeliveredHasNoValueWhenNothingWasDue(t *testing.T) {
	tests := []struct {
		p    result.Point
		want float64
	}{
		{result.Point{}, math.NaN()},
		{result.Point{Delivered: 1, Subscriptions: 5}, math.NaN()},
		{result.Point{Delivered: 0, Subscriptions: 5}, 0}, // all of it was lost
		{result.Point{Delivered: 0.5, Packets: 9}, 0.5},
	}
	for _, tt := range tests {
		if got := delivered(&tt.p); got != tt.want && !(math.IsNaN(got) && math.IsNaN(tt.want)) {
			t.Errorf("%+v: %v, want %v", tt.p, got, tt.want)
		}
	}
}

func TestSparkline(t *testing.T) {
	tests := []struct {
		values []float64
		want   string
	}{
		{nil, ""},
		{[]float64{0, 0}, "▁▁"},
		{[]float64{0, 1, 2, 4, 8, math.NaN(), 3}, "▁▂▃▅█ ▄"},
		{[]float64{-1, 5}, "▁█"},
	}
	for _, tt := range tests {
		if got := sparkline(tt.values); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.values, got, tt.want)
		}
	}
}

func TestProgressBarStaysInItsWidth(t *testing.T) {
	for done, want := range map[float64]string{-1: "────", 0: "────", 0.5: "━━──", 1: "━━━━", 2: "━━━━"} {
		if full, rest := progressBar(done, 4); full+rest != want {
			t.Errorf("%v: %q, want %q", done, full+rest, want)
		}
	}
}

func TestWrap(t *testing.T) {
	got := wrap("some words and averyveryverylongone at the end", 12)
	want := []string{"some words", "and averyver", "yverylongone", "at the end"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func TestSpan(t *testing.T) {
	for d, want := range map[result.Seconds]string{0: "0 s", 30: "30 s", 120: "2 min", 125: "2 min 5 s", 3600: "1 h", 3905: "1 h 5 min"} {
		if got := span(d); got != want {
			t.Errorf("%v s: %q, want %q", d, got, want)
		}
	}
}

func TestFoundSaysHowTheSearchEnded(t *testing.T) {
	steps := []result.Step{{Subscribers: 100, Held: true}, {Subscribers: 200}}
	tests := []struct {
		c    result.Capacity
		want string
	}{
		{result.Capacity{Subscribers: 100, Steps: steps, Reason: "loss was 2 %"}, "Loss was 2 %."},
		{result.Capacity{Subscribers: 100, Reason: "at 200 subscribers: loss was 2 %."}, "At 200 subscribers: loss was 2 %."},
		{result.Capacity{Subscribers: 100, Limited: true, Reason: "the generator is saturated"}, "The generator is saturated."},
		{result.Capacity{}, ""},
	}
	for _, tt := range tests {
		if got := found(&tt.c); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}
