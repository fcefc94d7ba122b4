package proof

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/atrium-rtc/atrium/internal/dashboards"
)

const (
	rulesDir   = "../../../deploy/prometheus"
	operations = "../../../docs/operations.md"
)

// rule is a recording rule or an alert.
type rule struct {
	Record      string            `yaml:"record"`
	Alert       string            `yaml:"alert"`
	Expr        string            `yaml:"expr"`
	For         string            `yaml:"for"`
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations"`
}

// readRules returns the rules of deploy/prometheus in their order.
func readRules(t *testing.T) []rule {
	t.Helper()
	var all []rule
	for _, file := range glob(t, "rules/*.yml") {
		var read struct {
			Groups []struct {
				Rules []rule `yaml:"rules"`
			} `yaml:"groups"`
		}
		readYAML(t, file, &read)
		for _, g := range read.Groups {
			all = append(all, g.Rules...)
		}
	}
	if len(all) == 0 {
		t.Fatal("there are no rules")
	}
	return all
}

func alerts(t *testing.T) []rule {
	t.Helper()
	return slices.DeleteFunc(readRules(t), func(r rule) bool { return r.Alert == "" })
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(rulesDir, pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %v, %v", pattern, files, err)
	}
	return files
}

func readYAML(t *testing.T, file string, into any) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// need skips the test if a program is not there, and fails it where it has to be.
func need(t *testing.T, program string) {
	t.Helper()
	_, err := exec.LookPath(program)
	switch {
	case err == nil:
	case os.Getenv("CI") != "":
		t.Fatalf("%s is not installed (.ci/tools prometheus)", program)
	default:
		t.Skipf("%s is not installed (.ci/tools prometheus)", program)
	}
}

func promtool(t *testing.T, args ...string) {
	t.Helper()
	need(t, "promtool")
	out, err := exec.Command("promtool", args...).CombinedOutput()
	if err != nil {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args[:2], " "), err, out)
	}
}

func TestRulesAreUnderstoodByPrometheus(t *testing.T) {
	promtool(t, append([]string{"check", "rules"}, glob(t, "rules/*.yml")...)...)
	promtool(t, "check", "config", filepath.Join(rulesDir, "prometheus.yml"))
}

func TestRulesDoWhatTheirCasesSay(t *testing.T) {
	promtool(t, append([]string{"test", "rules"}, glob(t, "tests/*.yml")...)...)
}

// ruleCase is a test of promtool.
type ruleCase struct {
	Name   string `yaml:"name"`
	Series []any  `yaml:"input_series"`
	Alerts []struct {
		Name     string `yaml:"alertname"`
		Expected []any  `yaml:"exp_alerts"`
	} `yaml:"alert_rule_test"`
}

func TestRulesHaveACaseForFiringAndOneForNotFiring(t *testing.T) {
	fires, quiet := map[string]bool{}, map[string]bool{}
	for _, file := range glob(t, "tests/*.yml") {
		var read struct {
			Tests []ruleCase `yaml:"tests"`
		}
		readYAML(t, file, &read)
		for _, c := range read.Tests {
			for _, a := range c.Alerts {
				switch {
				case len(c.Series) == 0:
					t.Errorf("%q has no input", c.Name)
				case strings.HasPrefix(c.Name, a.Name+" fires"): // not before its time
					fires[a.Name] = fires[a.Name] || len(a.Expected) > 0
				case len(a.Expected) == 0 && strings.HasPrefix(c.Name, a.Name+" stays quiet"):
					quiet[a.Name] = true
				default:
					t.Errorf("the name of the case %q does not say what it expects of %s", c.Name, a.Name)
				}
			}
		}
	}
	for _, a := range alerts(t) {
		if !fires[a.Alert] || !quiet[a.Alert] {
			t.Errorf("%s: case for firing %t, for not firing %t", a.Alert, fires[a.Alert], quiet[a.Alert])
		}
		delete(fires, a.Alert)
		delete(quiet, a.Alert)
	}
	if len(fires)+len(quiet) > 0 {
		t.Errorf("cases for alerts that do not exist: %v, %v", fires, quiet)
	}
}

// Whoever is woken is told what it means, where to look, and what to do.
func TestRulesOfAlertsHaveARunbookAndADashboard(t *testing.T) {
	document, err := os.ReadFile(operations)
	if err != nil {
		t.Fatal(err)
	}
	headings := regexp.MustCompile(`(?m)^### (Atrium\w+)$`).FindAllSubmatch(document, -1)
	runbooks := map[string]bool{}
	for _, h := range headings {
		runbooks[string(h[1])] = true
	}
	boards := map[string]bool{}
	for _, d := range dashboards.All() {
		boards["/d/"+d.UID] = true
	}
	for _, a := range alerts(t) {
		if s := a.Labels["severity"]; s != "page" && s != "ticket" {
			t.Errorf("%s: severity %q", a.Alert, s)
		}
		if a.Annotations["summary"] == "" || a.Annotations["description"] == "" {
			t.Errorf("%s does not say what happened", a.Alert)
		}
		if want := "docs/operations.md#" + strings.ToLower(a.Alert); !strings.HasSuffix(a.Annotations["runbook_url"], want) || !runbooks[a.Alert] {
			t.Errorf("%s: runbook_url %q, and a section of it in %s: %t", a.Alert, a.Annotations["runbook_url"], operations, runbooks[a.Alert])
		}
		if path, _, _ := strings.Cut(a.Annotations["dashboard"], "?"); !boards[path] {
			t.Errorf("%s leads to the dashboard %q, which is none", a.Alert, a.Annotations["dashboard"])
		}
		delete(runbooks, a.Alert)
	}
	for name := range runbooks {
		t.Errorf("%s has a runbook and no alert", name)
	}
}

// The document sends people to panels; all of them must be there.
func TestPanelsThatTheDocumentNamesExist(t *testing.T) {
	document, err := os.ReadFile(operations)
	if err != nil {
		t.Fatal(err)
	}
	panels := map[string]bool{}
	for _, d := range dashboards.All() {
		for _, row := range d.Rows {
			for _, p := range row.Panels {
				panels[strings.TrimPrefix(d.Title, "Atrium / ")+" > "+p.Title] = true
			}
		}
	}
	named := regexp.MustCompile(`\*((?:Overview|Media|Quality|Capacity|Signaling)\s>\s[^*]+)\*`).FindAllSubmatch(document, -1)
	if len(named) == 0 {
		t.Error("no panel is named")
	}
	for _, n := range named {
		if name := strings.Join(strings.Fields(string(n[1])), " "); !panels[name] {
			t.Errorf("%s names the panel %q, which is none", operations, name)
		}
	}
}
