package report_test

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/atrium-rtc/atrium/internal/load/report"
	"github.com/atrium-rtc/atrium/internal/load/result"
)

func text(t *testing.T, run *result.Run, style report.Style) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.Text(&b, run, style); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestText(t *testing.T) {
	for name, run := range map[string]*result.Run{
		"steady.txt": steadyRun(), "faults.txt": faultsRun(), "capacity.txt": capacityRun(), "empty.txt": {},
	} {
		t.Run(name, func(t *testing.T) {
			got := text(t, run, report.Plain)
			for _, line := range strings.Split(got, "\n") {
				if n := utf8.RuneCountInString(line); n > 100 {
					t.Errorf("%d columns: %s", n, line)
				}
			}
			golden(t, name, got)
		})
	}
}

func TestTextColoursVerdicts(t *testing.T) {
	run := faultsRun()
	got := text(t, run, report.Coloured)
	for _, want := range []string{"\x1b[1;31mFAILED\x1b[0m", "\x1b[1;31mNOT MET\x1b[0m", "\x1b[32mmet\x1b[0m", "\x1b[1;31m!! THE GENERATOR WAS SATURATED"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(text(t, run, report.Plain), "\x1b") {
		t.Error("plain text holds escape sequences")
	}
}

// Names come from scenarios, errors from servers.
func TestTextKeepsTheTerminalSafe(t *testing.T) {
	const evil = "\x1b]0;owned\x07\x9b2J\u202etxt"
	run := &result.Run{
		Target: evil, Stopped: evil, Planned: result.Planned{Media: evil},
		Verdicts:  []result.Verdict{{Requirement: evil, Text: evil}},
		Groups:    []result.Group{{Name: evil, Summary: result.Summary{Clients: 1}}},
		Clients:   []result.Client{{Name: evil, Faults: []string{evil}, Ended: evil}},
		Errors:    []result.ErrorCount{{Text: evil, Count: 1}},
		Server:    &result.Usage{Source: evil},
		Generator: result.Generator{Saturated: true, Reasons: []string{evil}},
		Capacity:  &result.Capacity{Level: evil, Reason: evil},
	}
	got := text(t, run, report.Plain)
	if i := strings.IndexAny(got, "\x1b\x07\u009b\u202e"); i >= 0 {
		t.Errorf("control characters from outside: %q", got[i:min(len(got), i+40)])
	}
	if n := strings.Count(got, "]0;owned"); n < 11 {
		t.Errorf("the texts stand %d times in\n%s", n, got)
	}
}

func TestTextNamesManyAffectedClients(t *testing.T) {
	run := &result.Run{}
	for i := range 80 {
		run.Clients = append(run.Clients, result.Client{Name: "c" + strconv.Itoa(100+i), Faults: []string{"vanishes"}})
	}
	for i := range 12 {
		run.Errors = append(run.Errors, result.ErrorCount{Text: "error " + strconv.Itoa(i), Count: 12 - i})
	}
	got := text(t, run, report.Plain)
	for _, want := range []string{"Affected clients: 80\n", "\n  c114 ", "  and c115, c116,", "c154, 25 more\n", "and 2 other texts"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestWritersErrorsAreReturned(t *testing.T) {
	if err := report.Text(broken{}, steadyRun(), report.Plain); err == nil {
		t.Error("Text hid the error")
	}
	if err := report.JSON(broken{}, steadyRun()); err == nil {
		t.Error("JSON hid the error")
	}
}
