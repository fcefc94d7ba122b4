package report_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/internal/load/report"
	"github.com/atrium-rtc/atrium/internal/load/result"
)

func TestTextHasTheNotesAndNotTheScenariosMarks(t *testing.T) {
	run := faultsRun()
	const found = "note: the server took one encoding of the simulcast that was offered"
	run.Marks = append(run.Marks, result.Mark{At: 3, Text: found}, result.Mark{At: 2, Text: found}, result.Mark{At: 61, Text: "note: so be it"})
	got := text(t, run, report.Plain)
	const want = "\nNotes\n" +
		"  0:02  the server took one encoding of the simulcast that was offered (2 times)\n" +
		"  1:01  so be it\n" +
		"\nEverybody\n"
	if !strings.Contains(got, want) {
		t.Errorf("no %q in\n%s", want, got)
	}
	for _, not := range []string{"note:", "5 % loss on 6 clients"} {
		if strings.Contains(got, not) {
			t.Errorf("%q is in\n%s", not, got)
		}
	}
}

func TestTextHasNoHeadingWithoutNotes(t *testing.T) {
	if got := text(t, faultsRun(), report.Plain); strings.Contains(got, "Notes") {
		t.Errorf("notes of nothing:\n%s", got)
	}
}

func TestTextSaysHowManyNotesItLeftOut(t *testing.T) {
	run := &result.Run{}
	for i := range 11 {
		run.Marks = append(run.Marks, result.Mark{Text: fmt.Sprintf("note: thing %d\x1b", i)})
	}
	got := text(t, run, report.Plain)
	if !strings.Contains(got, "  0:00  thing 7\ufffd\n  and 3 other notes") || strings.Contains(got, "thing 8") {
		t.Errorf("eleven notes:\n%s", got)
	}
}

// The plots show notes like every other mark.
func TestPageHasNotesWithoutTheirPrefix(t *testing.T) {
	run := steadyRun()
	run.Marks = append(run.Marks, result.Mark{At: 7, Text: "note: so be it"})
	got := page(t, run)
	if !strings.Contains(got, "<time>0:07</time> so be it") || strings.Contains(got, "note: so") {
		t.Error("the note is not on the page, or with its prefix")
	}
}
