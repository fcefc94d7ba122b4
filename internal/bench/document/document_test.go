package document_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/bench/document"
)

func TestMedians(t *testing.T) {
	none := math.NaN()
	for _, tt := range []struct {
		list []float64
		want float64
	}{
		{nil, none},
		{[]float64{none}, none},
		{[]float64{3}, 3},
		{[]float64{9, 1, 5}, 5},
		{[]float64{4, 1, 2, 9}, 3},
		{[]float64{none, 7, none, 1, 3}, 3},
	} {
		if got := document.Median(tt.list); got != tt.want && !(math.IsNaN(got) && math.IsNaN(tt.want)) {
			t.Errorf("median of %v: %v, want %v", tt.list, got, tt.want)
		}
	}
	list := []float64{2, 1}
	if document.Median(list); list[0] != 2 {
		t.Error("the list was sorted in place")
	}
}

func TestNumbersThatWereNotToBeHad(t *testing.T) {
	if got := document.Number(math.NaN(), 2) + document.Number(math.Inf(1), 2) + document.Number(1.25, 1); got != "--1.2" {
		t.Errorf("%q", got)
	}
	if got := document.Span([]float64{3, 1, 2}, 1) + document.Span(nil, 1); got != "1.0 to 3.0-" {
		t.Errorf("%q", got)
	}
}

func TestATableIsPadded(t *testing.T) {
	small := document.Table{Head: []string{"a", "µs"}, Notes: []string{"A note."}}
	small.Add("long", "1")
	const text = "| a    | µs |\n|------|---:|\n| long |  1 |\n\nA note.\n"
	if diff := cmp.Diff(text, small.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAPartOfADocumentIsReplaced(t *testing.T) {
	const text = "# Title\n<!-- a: begin -->\nold\n<!-- a: end -->\nby hand\n<!-- b: begin -->\nkept\n<!-- b: end -->\n"
	got, err := document.ReplacePart(text, "a", "new\n")
	if want := strings.Replace(text, "old", "new", 1); got != want || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	for _, wrong := range []string{"", "<!-- a: begin -->\n", "<!-- a: end -->\n<!-- a: begin -->\n"} {
		if _, err := document.ReplacePart(wrong, "a", ""); err == nil {
			t.Errorf("no error for %q", wrong)
		}
	}
}

func TestAFileIsMadeAndChanged(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.md")
	for _, content := range []string{"one\n", "two\n"} {
		if err := document.WritePart(file, "<!-- a: begin -->\n<!-- a: end -->\n", "a", content); err != nil {
			t.Fatal(err)
		}
	}
	name, err := document.WriteFigure(file, "a.svg", "<svg/>")
	if name != "images/a.svg" || err != nil {
		t.Errorf("%q, %v", name, err)
	}
	for path, want := range map[string]string{file: "<!-- a: begin -->\ntwo\n<!-- a: end -->\n", filepath.Join(filepath.Dir(file), name): "<svg/>"} {
		if got, err := os.ReadFile(path); string(got) != want || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	}
}
