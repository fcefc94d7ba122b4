package report_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/internal/load/report"
	"github.com/atrium-rtc/atrium/internal/load/result"
)

func page(t *testing.T, run *result.Run) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.HTML(&b, run); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// samples are the runs whose pages people look at while they change the page:
// go test ./internal/load/report -args -pages /tmp
func samples() map[string]*result.Run {
	return map[string]*result.Run{"steady": steadyRun(), "faults": faultsRun(), "capacity": capacityRun(), "empty": {}}
}

func TestPagesAreWritten(t *testing.T) {
	folder := flag.Lookup("pages").Value.String()
	for name, run := range samples() {
		text := page(t, run)
		if folder == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(folder, name+".html"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// variants are runs that are unlike each other in what they lack.
func variants() map[string]*result.Run {
	runs := samples()
	runs["one point"] = &result.Run{
		Timeline: []result.Point{{At: 1, Packets: 10, Delivered: 1, LatencyP50: 1, LatencyP95: 1, LatencyP99: 1}},
		Clients:  []result.Client{{Name: "a"}},
	}
	long := steadyRun()
	for i := range 7200 {
		long.Timeline = append(long.Timeline, result.Point{At: result.Seconds(31 + i), Delivered: 1, Packets: 1, LatencyP99: 3, Joins: i % 3})
	}
	long.Timeline[4000].LatencyP99 = 77
	for i := range 3000 {
		long.Clients = append(long.Clients, result.Client{Name: strconv.Itoa(i)})
	}
	runs["long"] = long
	runs["capacity of nothing"] = &result.Run{Capacity: &result.Capacity{}}
	runs["nobody joined"] = &result.Run{
		Total: result.Summary{Clients: 3, JoinFailures: 3}, Stopped: "interrupted",
		Clients:  []result.Client{{Name: "a", Ended: "dial: refused", Summary: result.Summary{Clients: 1, JoinFailures: 1}}},
		Verdicts: []result.Verdict{{Requirement: "delivered>=1%", Text: "no packet was due"}},
		Timeline: []result.Point{{At: 1, Failures: 3}, {At: 2}},
	}
	return runs
}

func TestPageStandsAlone(t *testing.T) {
	foreign := regexp.MustCompile(`(?i)\b(src|srcset|href|action|background)\s*=|url\(|@import|@font-face|<(link|img|iframe|object|embed|base|form)\b|fetch\(|XMLHttpRequest|WebSocket|sendBeacon|import\(|\bimport `)
	for name, run := range variants() {
		if found := foreign.FindString(page(t, run)); found != "" {
			t.Errorf("%s: the page holds %q", name, found)
		}
	}
}

func TestPageIsWholeWhateverIsMissing(t *testing.T) {
	for name, run := range variants() {
		text := page(t, run)
		for _, bad := range []string{"NaN", "Inf", "ZgotmplZ", "<no value>", "%!"} {
			if i := strings.Index(text, bad); i >= 0 {
				t.Errorf("%s: %q in %q", name, bad, text[max(0, i-80):i+20])
			}
		}
		balanced(t, name, text)
	}
}

// balanced checks that every element that must be closed is, and in order.
func balanced(t *testing.T, name, text string) {
	t.Helper()
	text = regexp.MustCompile(`(?s)<(style|script)>.*?</(style|script)>`).ReplaceAllString(text, "")
	var open []string
	for _, tag := range regexp.MustCompile(`<(/?)([a-z][a-z0-9]*)`).FindAllStringSubmatch(text, -1) {
		switch element := tag[2]; {
		case slices.Contains([]string{"meta", "br"}, element):
		case tag[1] == "":
			open = append(open, element)
		case len(open) == 0 || open[len(open)-1] != element:
			t.Fatalf("%s: </%s> closes %v", name, element, open)
		default:
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Errorf("%s: %v stay open", name, open)
	}
}

// fill puts text into every string of a value, whatever fields it has one day.
func fill(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), text)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), text)
		fill(v.Index(1), text)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), text)
			}
		}
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(7)
	}
}

func TestPageEscapesEveryText(t *testing.T) {
	const evil = `</script></style><evil x="zz" o'clock onload=alert(1)>&`
	run := &result.Run{}
	fill(reflect.ValueOf(run).Elem(), evil)
	run.Clients[0].Faults = nil
	run.Clients[0].Summary.Freezes = 1
	text := page(t, run)
	if strings.Contains(text, "<evil") || strings.Contains(text, `"zz"`) || strings.Contains(text, "o'clock") {
		t.Error("a text was not escaped")
	}
	if n := strings.Count(text, "&lt;evil"); n < 30 {
		t.Errorf("the text is on the page %d times: this test does not see all places", n)
	}
	balanced(t, "evil", text)
}

func TestPageSaysWhatMatters(t *testing.T) {
	tests := []struct {
		run  *result.Run
		want []string
	}{
		{steadyRun(), []string{
			"✓ Passed", "all 3 requirements were met", "axis begins at 99 %", "Clean, but with some trouble: 5 of 500",
			"<h4>Frozen pictures <span class=\"unit\">in each second</span></h4>", `aria-label="Frozen pictures over time: none."`,
		}},
		{faultsRun(), []string{
			"✕ Failed", "2 of 4 requirements were not met", "The generator was saturated.", "Hatched",
			"Affected by the scenario: 9", "None of the 51 clean clients lost a packet", "5 % loss down, 20 ms jitter",
			"logarithmic axis", `class="band" style="left:83.333%;width:5.000%"`, "join: room is being closed", "20250314",
		}},
		{capacityRun(), []string{
			"400<span class=\"unit\"> subscribers", "At 450 subscribers: latency.p99&lt;=50ms: 131 ms.", "step broke",
			"450 subscribers: 131 ms, broke", "The whole search",
		}},
		{variants()["long"], []string{
			"Each row is 13 seconds", "3.00 ms – 77.0 ms", "The worst 2000; 1500 more are in the JSON report.",
		}},
		{variants()["nobody joined"], []string{"The run ended early:", "interrupted", "0 of 3 joined, 3 failures", "dial: refused"}},
	}
	for i, tt := range tests {
		text := page(t, tt.run)
		for _, want := range tt.want {
			if !strings.Contains(text, want) {
				t.Errorf("run %d: no %q", i, want)
			}
		}
	}
}

func TestPageLeavesOutWhatWasNotAskedFor(t *testing.T) {
	text := page(t, &result.Run{})
	for _, not := range []string{"✓ Passed", "✕ Failed", "saturated.</strong>", "<h2>Capacity", "<h2>Over time", "<h2>Clients", "<h2>Errors", "ended early"} {
		if strings.Contains(text, not) {
			t.Errorf("an empty run's page holds %q", not)
		}
	}
}

func TestPageStaysSmall(t *testing.T) {
	if n := len(page(t, variants()["long"])); n > 3<<20 {
		t.Errorf("two hours and 3500 clients make a page of %d octets", n)
	}
}

func TestHTMLReturnsTheWritersError(t *testing.T) {
	if err := report.HTML(broken{}, &result.Run{}); err == nil {
		t.Error("no error")
	}
}
