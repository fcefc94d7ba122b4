package render

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/dashboards"
)

// line is a series with one value each second.
func line(labels map[string]string, values ...float64) Series {
	s := Series{Labels: labels}
	for i, v := range values {
		s.Points = append(s.Points, Point{time.Unix(int64(1000+i), 0), v})
	}
	return s
}

func draw1(t *testing.T, p dashboards.Panel, a Answers) string {
	t.Helper()
	var b strings.Builder
	if err := Page(&b, dashboards.Dashboard{Title: "T", Rows: []dashboards.Row{{Title: "R", Panels: []dashboards.Panel{p}}}}, a); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPageSaysWhyAPanelIsEmpty(t *testing.T) {
	p := dashboards.Panel{Title: "Errors", Kind: dashboards.Lines, Queries: []dashboards.Query{{Expr: "q", MayBeEmpty: "nothing failed"}}}
	if page := draw1(t, p, nil); !strings.Contains(page, "no data: nothing failed") {
		t.Error(page)
	}
}

func TestPageColorsANumberByItsVerdict(t *testing.T) {
	p := dashboards.Panel{Kind: dashboards.Stat, Unit: dashboards.Share, Limits: dashboards.Limits{Doubtful: 0.1, Bad: 0.2}, Queries: []dashboards.Query{{Expr: "q"}}}
	page := draw1(t, p, Answers{"q": {line(nil, 0, 0.25, math.NaN())}})
	if !strings.Contains(page, `color:#F2495C">25 %`) {
		t.Error(page)
	}
}

func TestLabelsAreEscaped(t *testing.T) {
	for _, kind := range []dashboards.Kind{dashboards.Lines, dashboards.Table} {
		p := dashboards.Panel{Kind: kind, Queries: []dashboards.Query{{Expr: "q", Legend: "{{instance}}"}}}
		if page := draw1(t, p, Answers{"q": {line(map[string]string{"instance": "<b>x"}, 1)}}); strings.Contains(page, "<b>x") || !strings.Contains(page, "&lt;b&gt;x") {
			t.Errorf("%s: %s", kind, page)
		}
	}
}

// Prometheus counts in each bucket what is in the lower ones too.
func TestHeatMapsShowWhatFellIntoEachBucketAlone(t *testing.T) {
	rows := bucketRows([]Series{
		line(map[string]string{"le": "+Inf"}, 10, 20),
		line(map[string]string{"le": "0.5"}, 8, 8),
		line(map[string]string{"le": "0.1"}, 3, 0),
	})
	var got [][]float64
	for _, r := range rows {
		got = append(got, append([]float64{r.bound}, r.counts...))
	}
	want := [][]float64{{0.1, 3, 0}, {0.5, 5, 8}, {math.Inf(1), 2, 12}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestStackedAreasLieOnEachOther(t *testing.T) {
	all := []curve{{Series: line(nil, 1, 2)}, {Series: line(nil, 10, math.NaN())}, {Series: line(nil, 100, 100)}}
	got := values(all, true)
	want := [][]float64{{1, 2}, {11, math.NaN()}, {111, 102}}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) })); diff != "" {
		t.Error(diff)
	}
}

func TestALineHasAGapWhereThereIsNoNumber(t *testing.T) {
	late := line(nil, 1, 2, math.NaN(), 4)
	late.Points = append(late.Points, Point{late.Points[3].At.Add(time.Minute), 5})
	p := dashboards.Panel{Kind: dashboards.Lines, Queries: []dashboards.Query{{Expr: "q", Legend: "x"}}}
	if n := strings.Count(draw1(t, p, Answers{"q": {late}}), `<path d="M`); n != 3 {
		t.Errorf("%d pieces, want 3", n)
	}
}

func TestNumbersAreShort(t *testing.T) {
	for _, test := range []struct {
		value float64
		unit  dashboards.Unit
		want  string
	}{
		{0, dashboards.Count, "0"},
		{1234567, dashboards.Count, "1.23 M"},
		{0.0312, dashboards.Share, "3.12 %"},
		{0, dashboards.Seconds, "0 s"},
		{4.2e-6, dashboards.Seconds, "4.20 µs"},
		{0.0131, dashboards.Seconds, "13.1 ms"},
		{7265, dashboards.Seconds, "2h1m5s"},
		{2.5e6, dashboards.BitRate, "2.50 Mbit/s"},
		{1536, dashboards.Bytes, "1.50 KiB"},
		{12345, dashboards.PacketRate, "12.3 kp/s"},
		{0.25, dashboards.Rate, "0.25/s"},
		{math.NaN(), dashboards.Count, "–"},
		{math.Inf(1), dashboards.Seconds, "∞"},
	} {
		if got := number(test.value, test.unit); got != test.want {
			t.Errorf("%g %s: %q, want %q", test.value, test.unit, got, test.want)
		}
	}
}
