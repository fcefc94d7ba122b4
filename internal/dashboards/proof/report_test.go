package proof

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/internal/dashboards"
	"github.com/atrium-rtc/atrium/internal/dashboards/render"
)

// writeTable writes what was asked and answered, as Markdown for people and as JSON.
func writeTable(t *testing.T, dir string, all []*question) {
	t.Helper()
	var b strings.Builder
	b.WriteString("| where | query | series | last (least to greatest) | verdict |\n|---|---|---|---|---|\n")
	for _, q := range all {
		verdict := "good"
		switch {
		case len(q.Faults) > 0:
			verdict = "FAULT: " + strings.Join(q.Faults, "; ")
		case len(q.Answer) == 0:
			verdict = "empty: " + q.Reason
		}
		fmt.Fprintf(&b, "| %s | `%s` | %d | %s | %s |\n", q.Where, strings.ReplaceAll(q.Expr, "|", `\|`), len(q.Answer), q.summary(), verdict)
	}
	write(t, filepath.Join(dir, "queries.md"), []byte(b.String()))
	type row struct {
		Where  string   `json:"where"`
		Expr   string   `json:"expr"`
		Series int      `json:"series"`
		Values string   `json:"values"`
		Reason string   `json:"reason,omitempty"`
		Faults []string `json:"faults,omitempty"`
	}
	rows := make([]row, 0, len(all))
	for _, q := range all {
		rows = append(rows, row{q.Where, q.Expr, len(q.Answer), q.summary(), q.Reason, q.Faults})
	}
	data, err := json.MarshalIndent(rows, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "queries.json"), data)
}

// writePages draws each dashboard with its answers.
func writePages(t *testing.T, dir string, all []*question) {
	t.Helper()
	answers := render.Answers{}
	for _, q := range all {
		if q.written != "" {
			answers[q.written] = q.Answer
		}
	}
	for _, d := range dashboards.All() {
		var b strings.Builder
		if err := render.Page(&b, d, answers); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, d.UID+".html"), []byte(b.String()))
	}
}

func write(t *testing.T, file string, data []byte) {
	t.Helper()
	if err := os.WriteFile(file, data, 0o644); err != nil { //nolint:gosec // for people to read
		t.Fatal(err)
	}
}

func TestSummaryNamesTheRange(t *testing.T) {
	q := question{Answer: []render.Series{{Labels: map[string]string{"kind": "audio"}, Points: []render.Point{{Value: 3}, {Value: 1}, {Value: 2}, {Value: math.NaN()}}}}}
	if got, want := q.summary(), "audio 2 (1 to 3)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
