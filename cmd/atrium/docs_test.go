package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/internal/config"
	"github.com/atrium-rtc/atrium/internal/dashboards"
)

// operations is what operators read when something is wrong: what it names must
// exist.
const operations = "../../docs/operations.md"

func readText(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestOperationsNameMetricsThatExist(t *testing.T) {
	series := regexp.MustCompile("(?m)^\\| `(atrium_[a-z0-9_]+)`").FindAllStringSubmatch(readText(t, "../../docs/metrics.md"), -1)
	var known []string
	for _, s := range series { // a test of package metrics holds them against the code
		known = append(known, s[1])
	}
	named := regexp.MustCompile(`\batrium_[a-z0-9_]+`).FindAllString(readText(t, operations), -1)
	if len(named) == 0 {
		t.Fatal("no metric is named")
	}
	for _, name := range named {
		base := regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(name, "")
		if !slices.Contains(known, name) && !slices.Contains(known, base) {
			t.Errorf("%s is no metric", name)
		}
	}
}

func TestOperationsNameKeysThatExist(t *testing.T) {
	var known, sections []string
	for _, key := range config.Keys() {
		known = append(known, key.Name)
		section, _, _ := strings.Cut(key.Name, ".")
		sections = append(sections, section)
	}
	slices.Sort(sections)
	pattern := regexp.MustCompile("`(?:" + strings.Join(slices.Compact(sections), "|") + `)\.[a-z_.]+`)
	named := pattern.FindAllString(readText(t, operations), -1)
	if len(named) == 0 {
		t.Fatal("no key is named")
	}
	for _, name := range named {
		if name = strings.Trim(name, "`."); !slices.Contains(known, name) {
			t.Errorf("%s is no key", name)
		}
	}
}

func TestOperationsNamePanelsThatExist(t *testing.T) {
	known := map[string]bool{"Dashboard > Panel": true, "Status > Targets": true} // the form itself, and Prometheus' page
	for _, d := range dashboards.All() {
		_, short, _ := strings.Cut(d.Title, " / ")
		for _, row := range d.Rows {
			for _, panel := range row.Panels {
				known[short+" > "+panel.Title] = true
			}
		}
	}
	named := regexp.MustCompile(`\*([A-Z][a-z]+)\s>\s([^*]+)\*`).FindAllStringSubmatch(readText(t, operations), -1)
	if len(named) == 0 {
		t.Fatal("no panel is named")
	}
	for _, name := range named {
		if full := name[1] + " > " + strings.Join(strings.Fields(name[2]), " "); !known[full] {
			t.Errorf("%s is no panel", full)
		}
	}
}

// A link within the document leads somewhere.
func TestOperationsLinkToSectionsThatExist(t *testing.T) {
	text := readText(t, operations)
	anchors := map[string]bool{}
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(text, -1) {
		plain := regexp.MustCompile(`[^a-z0-9 _-]`).ReplaceAllString(strings.ToLower(heading[1]), "")
		anchors[strings.ReplaceAll(plain, " ", "-")] = true
	}
	for _, link := range regexp.MustCompile(`\]\(#([^)]+)\)`).FindAllStringSubmatch(text, -1) {
		if !anchors[link[1]] {
			t.Errorf("#%s is no section", link[1])
		}
	}
	for _, link := range regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`).FindAllStringSubmatch(text, -1) {
		if _, err := os.Stat("../../docs/" + link[1]); err != nil {
			t.Errorf("%s: %v", link[1], err)
		}
	}
}
