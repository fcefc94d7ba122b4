package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/bench/ccsim/dumbbell"
)

// fixed stands in for the estimator where only the harness is tested.
func fixed(time.Time) dumbbell.Controller { return dumbbell.Fixed(2 * mbps) }

func TestScenariosHaveNamesOfTheirOwnAndGoals(t *testing.T) {
	seen := make(map[string]bool)
	for _, s := range scenarios() {
		if seen[s.name] || s.title == "" || len(s.goals) == 0 || s.path[0].At != 0 || s.duration <= 0 {
			t.Errorf("%+v", s)
		}
		seen[s.name] = true
		for _, c := range s.path {
			if err := errors.Join(c.Forward.Validate(), c.Back.Validate()); err != nil {
				t.Errorf("%s at %v: %v", s.name, c.At, err)
			}
		}
	}
}

func TestScenariosAreChosenByName(t *testing.T) {
	list, err := choose("outage,step")
	if err != nil || len(list) != 2 || list[0].name != "outage" || list[1].name != "step" {
		t.Errorf("%d scenarios, %v", len(list), err)
	}
	if _, err := choose("nothing"); err == nil || !strings.Contains(err.Error(), "sawtooth") {
		t.Errorf("%v: want a list of those there are", err)
	}
}

func TestRunsAreRecordedBySeed(t *testing.T) {
	list := []scenario{two(), outage()}
	records := play(list, 7, 2, fixed)
	for i, r := range records {
		for k, seed := range []uint64{7, 8} {
			run := list[i].run(seed, fixed)
			if k == 0 {
				if diff := cmp.Diff(run.Samples, r.first.Samples); diff != "" {
					t.Errorf("%s: another first run:\n%s", r.scenario.name, diff)
				}
			}
			for g := range list[i].goals {
				if want := list[i].goals[g].of(run); r.values[g][k] != want {
					t.Errorf("%s, %s: %v, want %v", r.scenario.name, list[i].goals[g].name, r.values[g][k], want)
				}
			}
		}
	}
}

func TestThePlotsAreWellFormed(t *testing.T) {
	list := []scenario{fairness(), limited(), outage()}
	for i, r := range play(list, 1, 1, fixed) {
		d := xml.NewDecoder(strings.NewReader(draw(r)))
		paths := make(map[string]int)
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if e, ok := token.(xml.StartElement); ok && e.Name.Local == "path" {
				paths[e.Attr[0].Value]++
			}
		}
		// Each line is there once, and once in the legend.
		want := [][]string{{"link", "f0", "f1", "f2", "f0 dashed", "f1 dashed"}, {"link", "sent", "estimate"}, {"link", "sent", "estimate"}}[i]
		for _, class := range want {
			if paths[class] != 2 {
				t.Errorf("%s: %d paths %q", r.scenario.name, paths[class], class)
			}
		}
		if paths["queue"] != 1 || paths["f2 dashed"] != 0 {
			t.Errorf("%s: %v", r.scenario.name, paths)
		}
	}
}

func TestTheDocumentHasATableAndAPlotOfEachScenario(t *testing.T) {
	list := []scenario{two(), outage()}
	file := filepath.Join(t.TempDir(), "bwe.md")
	if err := publish(file, play(list, 1, 1, fixed), &settings{seed: 1, seeds: 1}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		if !strings.Contains(string(text), "| "+s.name) || !strings.Contains(string(text), "images/bwe-"+s.name+".svg") {
			t.Errorf("no %s in\n%s", s.name, text)
		}
		if _, err := os.Stat(filepath.Join(filepath.Dir(file), "images", "bwe-"+s.name+".svg")); err != nil {
			t.Error(err)
		}
	}
}

func TestASeriesHasARowForEachSample(t *testing.T) {
	var b bytes.Buffer
	s := two()
	if err := writeSeries(&b, s.run(1, fixed)); err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(strings.TrimSpace(b.String()), "\n")
	const head = "seconds,link,queue_ms,first_target,first_probe,first_sent,first_arrived,first_lost,second_target,second_probe,second_sent,second_arrived,second_lost"
	if rows[0] != head || len(rows) != 1+int(s.duration/dumbbell.SampleInterval) || !strings.HasPrefix(rows[500], "50.0,6000,") {
		t.Errorf("%d rows, %q, %q", len(rows), rows[0], rows[500])
	}
}
