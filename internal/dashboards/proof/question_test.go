package proof

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/dashboards"
	"github.com/atrium-rtc/atrium/internal/dashboards/render"
)

// question is one query, where it stands, and what came of it.
type question struct {
	Where  string // dashboard and panel, or the rule
	Expr   string // as Prometheus was asked
	Reason string // why there may be no answer
	Answer []render.Series
	Faults []string

	written string // as it stands in the panel
	instant bool
}

// questions are those of every panel and of every rule. Rates of panels look back for the
// window.
func questions(t *testing.T, window string) []*question {
	t.Helper()
	var all []*question
	for _, d := range dashboards.All() {
		for _, row := range d.Rows {
			for _, p := range row.Panels {
				for _, q := range p.Queries {
					all = append(all, &question{
						Where: d.Title + " > " + p.Title, Expr: q.Filled("atrium", window), Reason: q.MayBeEmpty,
						written: q.Expr, instant: p.Kind == dashboards.Table,
					})
				}
			}
		}
	}
	for _, r := range readRules(t) {
		if r.Record != "" {
			all = append(all, &question{Where: "rule " + r.Record, Expr: r.Expr}, &question{Where: "recorded " + r.Record, Expr: r.Record})
			continue
		}
		all = append(all, &question{Where: "alert " + r.Alert, Expr: unconditional(r.Expr), Reason: silent()[r.Alert]})
	}
	return all
}

// silent are the alerts whose expressions answer nothing while all is well, even without
// their conditions.
func silent() map[string]string {
	return map[string]string{
		"AtriumMissing":      "absent() says nothing of what is there",
		"AtriumMemoryGrows":  "compares with six hours ago",
		"AtriumJoinFailures": "no join has failed yet",
	}
}

var comparison = regexp.MustCompile(` (==|!=|<=|>=|<|>) `)

// unconditional makes the comparisons of an alert answer 0 and 1 instead of nothing, so
// that it answers whenever what it compares exists.
func unconditional(expr string) string { return comparison.ReplaceAllString(expr, " $1 bool ") }

var metricName = regexp.MustCompile(`\b(?:(?:atrium|process|go|instance:atrium)_[a-z0-9_:]+|up\b|ALERTS\b)`)

// askAll puts every question about a time, reports the faults, and writes all down.
func askAll(t *testing.T, p prometheus, dir, window string, from, to time.Time) {
	t.Helper()
	all := questions(t, window)
	names := p.names(t)
	for _, q := range all {
		q.ask(p, names, from, to)
		for _, fault := range q.Faults {
			t.Errorf("%s: %s: %s", q.Where, fault, q.Expr)
		}
	}
	writeTable(t, dir, all)
	writePages(t, dir, all)
}

// ask puts the question and judges the answer.
func (q *question) ask(p prometheus, names map[string]bool, from, to time.Time) {
	for _, name := range metricName.FindAllString(q.Expr, -1) {
		if !names[name] && name != "ALERTS" {
			q.fault("there is no metric %s", name)
		}
	}
	var err error
	if q.instant {
		q.Answer, err = p.at(q.Expr, to)
	} else {
		q.Answer, err = p.between(q.Expr, from, to)
	}
	switch {
	case err != nil:
		q.fault("%v", err)
	case len(q.Answer) == 0 && q.Reason == "":
		q.fault("no answer")
	case len(q.Answer) > 0 && !saysANumber(q.Answer) && q.Reason == "":
		q.fault("nothing but NaN")
	}
}

func (q *question) fault(format string, args ...any) {
	q.Faults = append(q.Faults, fmt.Sprintf(format, args...))
}

func saysANumber(list []render.Series) bool {
	for _, s := range list {
		for _, p := range s.Points {
			if !math.IsNaN(p.Value) {
				return true
			}
		}
	}
	return false
}

// summary is the answer in a few words: the number of series, and the least, last and
// greatest value of the first ones.
func (q *question) summary() string {
	const shown = 3
	var parts []string
	for i, s := range q.Answer {
		if i == shown {
			parts = append(parts, fmt.Sprintf("and %d more", len(q.Answer)-shown))
			break
		}
		low, high := math.Inf(1), math.Inf(-1)
		for _, p := range s.Points {
			if !math.IsNaN(p.Value) {
				low, high = min(low, p.Value), max(high, p.Value)
			}
		}
		last, ok := s.Last()
		if !ok {
			parts = append(parts, labels(s)+"NaN")
			continue
		}
		parts = append(parts, fmt.Sprintf("%s%.4g (%.4g to %.4g)", labels(s), last, low, high))
	}
	return strings.Join(parts, "; ")
}

// labels are those that tell series of an answer apart.
func labels(s render.Series) string {
	var b strings.Builder
	for _, name := range []string{"kind", "codec", "role", "direction", "cause", "from", "reason", "outcome", "method", "code", "state", "transport", "shard", "le"} {
		if v := s.Labels[name]; v != "" {
			b.WriteString(v + " ")
		}
	}
	return b.String()
}
