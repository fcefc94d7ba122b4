package report_test

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/load/report"
	"github.com/atrium-rtc/atrium/internal/load/result"
)

// screen is as much of a terminal as the view uses: it shows what a person
// would see in the end.
type screen struct {
	lines []string
	row   int
}

func (s *screen) show(t *testing.T, text string) {
	t.Helper()
	for text != "" {
		switch {
		case strings.HasPrefix(text, "\r"):
			text = text[1:] // lines are only written from their beginning
		case strings.HasPrefix(text, "\x1b[A"):
			s.row, text = s.row-1, text[3:]
			if s.row < 0 {
				t.Fatal("the cursor left the screen")
			}
		case strings.HasPrefix(text, "\x1b[J"):
			s.lines, text = s.lines[:min(s.row, len(s.lines))], text[3:]
		default:
			line, rest, found := strings.Cut(text, "\n")
			if !found {
				t.Fatalf("the cursor stays in the middle of a line: %q", text)
			}
			line = strings.TrimSuffix(line, "\x1b[K")
			for s.row >= len(s.lines) {
				s.lines = append(s.lines, "")
			}
			s.lines[s.row] = line
			s.row, text = s.row+1, rest
		}
	}
}

func progress(at int, phase string) report.Progress {
	return report.Progress{
		Elapsed: time.Duration(at) * time.Second, Total: 2 * time.Minute, Phase: phase, Clients: 75,
	}
}

func TestLiveRepaintsATerminal(t *testing.T) {
	var b bytes.Buffer
	live := report.NewLive(&b, true, func() int { return 100 }, report.Plain)
	var seen screen
	seen.lines, seen.row = []string{"$ atrium load"}, 1
	run := faultsRun()
	for i, p := range run.Timeline {
		live.Update(p, progress(i+1, "5 % loss on 6 clients"))
		if i+1 == 80 || i+1 == 106 {
			seen.show(t, b.String())
			b.Reset()
			golden(t, "live"+strconv.Itoa(i+1)+".txt", strings.Join(seen.lines, "\n")+"\n")
		}
	}
	live.Finish()
	seen.show(t, b.String())
	if diff := cmp.Diff([]string{"$ atrium load"}, seen.lines); diff != "" {
		t.Errorf("left on the screen (-want +got):\n%s", diff)
	}
	b.Reset()
	live.Finish()
	if b.Len() > 0 {
		t.Errorf("the second Finish wrote %q", b.String())
	}
}

func TestLivePutsALogAboveTheView(t *testing.T) {
	var b bytes.Buffer
	live := report.NewLive(&b, true, func() int { return 100 }, report.Plain)
	if _, err := live.Write([]byte("before\n")); err != nil {
		t.Fatal(err)
	}
	p := faultsRun().Timeline[0]
	live.Update(p, progress(1, "ramp"))
	if n, err := live.Write([]byte("a client was refused")); n != len("a client was refused") || err != nil {
		t.Fatal(n, err)
	}
	live.Update(p, progress(1, "ramp"))
	var seen screen
	seen.show(t, b.String())
	if diff := cmp.Diff([]string{"before", "a client was refused"}, seen.lines[:2]); diff != "" {
		t.Errorf("above the view (-want +got):\n%s", diff)
	}
	if !strings.Contains(seen.lines[2], "0:01 of 2:00") || len(seen.lines) != 10 {
		t.Errorf("the view below the log:\n%s", strings.Join(seen.lines, "\n"))
	}
}

func TestLiveFitsNarrowTerminals(t *testing.T) {
	for _, width := range []int{0, 1, 10, 40, 80} {
		var b bytes.Buffer
		live := report.NewLive(&b, true, func() int { return width }, report.Plain)
		live.Update(faultsRun().Timeline[105], progress(106, "a phase with a name that is rather long"))
		var seen screen
		seen.show(t, b.String())
		for _, line := range seen.lines {
			if n := utf8.RuneCountInString(line); n > max(width-1, 0) {
				t.Errorf("%d columns on a terminal of %d: %q", n, width, line)
			}
		}
	}
}

func TestLiveColoursWhatMatters(t *testing.T) {
	var b bytes.Buffer
	live := report.NewLive(&b, true, func() int { return 120 }, report.Coloured)
	live.Update(faultsRun().Timeline[105], report.Progress{Elapsed: time.Minute, Phase: "search\x1b[2J", Clients: 75})
	got := b.String()
	for _, want := range []string{"\x1b[1;31mthe generator is SATURATED", "1:00  \x1b[1msearch\ufffd[2J\x1b[0m"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in %q", want, got)
		}
	}
}

func TestLiveWritesPlainLinesWithoutTerminal(t *testing.T) {
	var b bytes.Buffer
	live := report.NewLive(&b, false, nil, report.Plain)
	run := faultsRun()
	for i, p := range run.Timeline[:23] {
		phase := "ramp up"
		if i >= 19 {
			phase = "churn"
		}
		live.Update(p, progress(i+1, phase))
	}
	live.Finish()
	live.Finish()
	golden(t, "lines.txt", b.String())
	for _, line := range strings.Split(strings.TrimSpace(b.String()), "\n") {
		for _, pair := range strings.Split(line, " ") {
			if key, value, ok := strings.Cut(pair, "="); !ok || key == "" || value == "" {
				t.Errorf("%q is no pair in %q", pair, line)
			}
		}
	}
}

func TestPlainLinesShowTheWorstSecond(t *testing.T) {
	var b bytes.Buffer
	live := report.NewLive(&b, false, nil, report.Plain)
	live.Update(result.Point{Delivered: 1}, progress(1, "hold")) // its line is written at once
	b.Reset()
	for at, p := range []result.Point{
		{Joins: 1, Failures: 1, Late: 2, Delivered: 0.5, LatencyP99: 9, Freezes: 4, Saturated: true, Bits: 4e6},
		{Joins: 1, Leaves: 3, Late: 2, Delivered: 1, LatencyP50: 3, Bits: 2e6, Clients: 7},
	} {
		live.Update(p, progress(at+2, "hold"))
	}
	live.Finish()
	got := b.String()
	for _, want := range []string{
		"at=0:03 ", "clients=7/75", "joins=2 ", "leaves=3 ", "failures=1 ", "late=4 ", "delivered=50.00%", "latency_p50=3.00ms",
		"latency_p99=9.00ms", "frozen=4 ", "received=3.00Mbit/s", "saturated=true",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
}
