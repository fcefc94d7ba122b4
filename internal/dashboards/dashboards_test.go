package dashboards

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the files of deploy/grafana/dashboards anew")

// The files that Grafana reads are what the code says, and there are no others.
// After changing a dashboard: make docs
func TestDocsHoldTheDashboardsOfTheCode(t *testing.T) {
	const dir = "../../deploy/grafana/dashboards"
	written := map[string]bool{}
	for _, d := range All() {
		file := filepath.Join(dir, d.UID+".json")
		written[d.UID+".json"] = true
		want, err := d.JSON()
		if err != nil {
			t.Fatal(err)
		}
		if *update {
			if err := os.WriteFile(file, want, 0o644); err != nil { //nolint:gosec // for everybody
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the code says; run: make docs", file)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !written[e.Name()] {
			t.Errorf("%s belongs to no dashboard", e.Name())
		}
	}
}

func eachPanel(t *testing.T, check func(*testing.T, Panel)) {
	t.Helper()
	for _, d := range All() {
		for _, row := range d.Rows {
			for _, p := range row.Panels {
				t.Run(d.Title+"/"+row.Title+"/"+p.Title, func(t *testing.T) { check(t, p) })
			}
		}
	}
}

func TestEveryPanelSaysWhatItShows(t *testing.T) {
	eachPanel(t, func(t *testing.T, p Panel) {
		if p.Title == "" || p.Unit == "" || len(p.Queries) == 0 {
			t.Error("no title, no unit or no query")
		}
		if len(p.About) < 25 || !strings.HasSuffix(p.About, ".") {
			t.Errorf("description %q is not a sentence", p.About)
		}
		for _, q := range p.Queries {
			if p.Kind != Stat && q.Legend == "" {
				t.Errorf("%s has no legend", q.Expr)
			}
			if p.Kind == Table && q.Unit == "" {
				t.Errorf("the column %q has no unit", q.Legend)
			}
		}
	})
}

// A query that overlooks the variables shows servers that nobody chose.
func TestEveryQueryHeedsTheVariables(t *testing.T) {
	metric := regexp.MustCompile(`\b(?:atrium|process|go|instance:atrium)_[a-z_:]+|\bup\b`)
	eachPanel(t, func(t *testing.T, p Panel) {
		for _, q := range p.Queries {
			for _, at := range metric.FindAllStringIndex(q.Expr, -1) {
				if !strings.HasPrefix(q.Expr[at[1]:], "{$at") {
					t.Errorf("%s: no $at after %s", q.Expr, q.Expr[at[0]:at[1]])
				}
			}
			if left := forGrafana(q.Expr); strings.Contains(left, "$at") || strings.Contains(left, "$window") {
				t.Errorf("%s is left", left)
			}
			if left := q.Filled("atrium", "15s"); strings.Contains(left, "$") {
				t.Errorf("%s is left", left)
			}
		}
	})
}

func TestEveryDashboardBeginsWithAFewNumbers(t *testing.T) {
	uids := map[string]bool{}
	for _, d := range All() {
		if uids[d.UID] {
			t.Errorf("two dashboards are called %s", d.UID)
		}
		uids[d.UID] = true
		first := d.Rows[0].Panels
		if len(first) < 3 || len(first) > 6 {
			t.Errorf("%s has %d panels on top, want 3 to 6", d.Title, len(first))
		}
		for _, p := range first {
			if p.Kind != Stat {
				t.Errorf("%s: %q on top is a %s", d.Title, p.Title, p.Kind)
			}
		}
	}
}

func TestPanelsFillThePageWithoutOverlap(t *testing.T) {
	for _, d := range All() {
		covered := map[[2]int]int{}
		ids := map[int]bool{}
		for _, g := range placed(t, d) {
			if ids[g.ID] {
				t.Errorf("%s: two panels have the id %d", d.Title, g.ID)
			}
			ids[g.ID] = true
			for x := range g.GridPos.W {
				for y := range g.GridPos.H {
					covered[[2]int{g.GridPos.X + x, g.GridPos.Y + y}]++
				}
			}
		}
		for y := 0; covered[[2]int{0, y}] > 0; y++ {
			for x := range pageWidth {
				if n := covered[[2]int{x, y}]; n != 1 {
					t.Fatalf("%s: %d panels at column %d of line %d", d.Title, n, x, y)
				}
			}
		}
	}
}

// placed are the panels of a dashboard as Grafana reads them.
func placed(t *testing.T, d Dashboard) []heading {
	t.Helper()
	data, err := d.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var read struct{ Panels []heading }
	if err := json.Unmarshal(data, &read); err != nil {
		t.Fatal(err)
	}
	return read.Panels
}

func TestLinksKeepTimeAndVariables(t *testing.T) {
	all := links()
	if len(all) != len(All()) {
		t.Errorf("%d links to %d dashboards", len(all), len(All()))
	}
	for _, l := range all {
		if !l.KeepTime || !l.IncludeVars {
			t.Errorf("the link to %s forgets the time or the variables", l.Title)
		}
	}
}

func TestLimitsJudge(t *testing.T) {
	for _, test := range []struct {
		limits Limits
		value  float64
		want   Verdict
	}{
		{Limits{}, 5, Unjudged},
		{rising(1, 2), 0.9, Good},
		{rising(1, 2), 1, Doubtful},
		{rising(1, 2), 2, Bad},
		{falling(4, 3), 4, Good},
		{falling(4, 3), 3.9, Doubtful},
		{falling(4, 3), 2.9, Bad},
	} {
		if got := test.limits.Judge(test.value); got != test.want {
			t.Errorf("%+v of %g: %d, want %d", test.limits, test.value, got, test.want)
		}
	}
}
