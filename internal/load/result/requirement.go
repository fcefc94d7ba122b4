package result

import (
	"errors"
	"fmt"
	"strings"
)

// Verdict is whether a Run meets one requirement.
type Verdict struct {
	Requirement string  `json:"requirement"`
	Met         bool    `json:"met"`
	Value       float64 `json:"value"`
	Text        string  `json:"text"` // the value with its unit, or why there is none
}

// Requirement is a bound that a Run must keep.
type Requirement struct {
	Metric   string
	Group    string   // "" is everybody
	Operator Operator // between the run's value and the bound
	Bound    float64  // in the metric's Unit
	Value    string   // the bound as it was written: "99.9%"
}

// Operator compares a value with a bound.
type Operator string

// The operators of requirements.
const (
	AtLeast Operator = ">="
	AtMost  Operator = "<="
	Equal   Operator = "=="
	Above   Operator = ">"
	Below   Operator = "<"
)

func (o Operator) holds(value, bound float64) bool {
	switch o {
	case AtLeast:
		return value >= bound
	case AtMost:
		return value <= bound
	case Equal:
		return value == bound
	case Above:
		return value > bound
	case Below:
		return value < bound
	default:
		return false
	}
}

// ParseRequirement reads a requirement: a metric, perhaps "@" and a group, an
// operator, and a value with its unit: "delivered>=99.9%",
// "latency.p99@clean<=50ms". Spaces around the parts do not matter. Errors say
// what would be right.
func ParseRequirement(text string) (Requirement, error) {
	r, err := parseRequirement(text)
	if err != nil {
		return Requirement{}, fmt.Errorf("requirement %q: %w", text, err)
	}
	return r, nil
}

func parseRequirement(text string) (Requirement, error) {
	at := strings.IndexAny(text, "<>=")
	if at < 0 {
		return Requirement{}, errors.New("no operator; write it like latency.p99<=50ms")
	}
	name, group, grouped := strings.Cut(text[:at], "@")
	operator, value := cutOperator(text[at:])
	if operator == "" {
		return Requirement{}, errors.New("the operators are >=, <=, ==, > and <")
	}
	r := Requirement{
		Metric:   strings.TrimSpace(name),
		Group:    strings.TrimSpace(group),
		Operator: operator,
		Value:    strings.TrimSpace(value),
	}
	metric, err := LookupMetric(r.Metric)
	if err != nil {
		return Requirement{}, err
	}
	switch {
	case grouped && !metric.Grouped:
		return Requirement{}, fmt.Errorf("%s is of the whole run: groups have none of their own", metric.Name)
	case grouped && r.Group == "":
		return Requirement{}, errors.New("no group behind @")
	}
	r.Bound, err = parseValue(r.Value, metric.Unit)
	return r, err
}

// cutOperator splits an operator from the value behind it.
func cutOperator(text string) (Operator, string) {
	for _, o := range []Operator{AtLeast, AtMost, Equal, Above, Below} { // the long ones first
		if value, ok := strings.CutPrefix(text, string(o)); ok {
			return o, value
		}
	}
	return "", ""
}

// String writes the requirement as it was written, without spaces.
func (r Requirement) String() string {
	group := r.Group
	if group != "" {
		group = "@" + group
	}
	return r.Metric + group + string(r.Operator) + r.Value
}

// Judge compares the run with the requirement. What was not measured, and a
// group that the run does not have, does not meet it; the text says so.
func (r Requirement) Judge(run *Run) Verdict {
	v := Verdict{Requirement: r.String()}
	metric, err := LookupMetric(r.Metric)
	if err != nil {
		v.Text = err.Error()
		return v
	}
	summary, err := run.Group(r.Group)
	if err != nil {
		v.Text = err.Error()
		return v
	}
	value, err := metric.read(run, summary)
	if err != nil {
		v.Text = err.Error()
		return v
	}
	v.Value = value
	v.Met = r.Operator.holds(value, r.Bound)
	v.Text = metric.Unit.formatAgainst(value, r.Bound)
	return v
}

// Group finds the summary of a group by its name; "" is everybody.
func (r *Run) Group(name string) (*Summary, error) {
	if name == "" {
		return &r.Total, nil
	}
	names := make([]string, 0, len(r.Groups))
	for i := range r.Groups {
		if r.Groups[i].Name == name {
			return &r.Groups[i].Summary, nil
		}
		names = append(names, r.Groups[i].Name)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("no group %q; the run has no groups", name)
	}
	return nil, fmt.Errorf("no group %q; %s", name, suggest(name, names))
}
