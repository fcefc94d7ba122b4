package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/atrium-rtc/atrium/internal/bench/document"
)

// places is how exact figures are told.
const places = 2

// told writes a figure; what never happened is "never".
func told(v float64, unit string) string {
	if math.IsInf(v, 1) {
		return "never"
	}
	n := places
	switch {
	case unit == "ms", unit == "%" && v >= 10:
		n = 0
	case unit == "%", unit == "s":
		n = 1
	}
	return strings.TrimSpace(document.Number(v, n) + " " + unit)
}

// span is the least and the most of a figure.
func span(list []float64, unit string) string {
	least, most := math.Inf(1), math.Inf(-1)
	for _, v := range list {
		least, most = min(least, v), max(most, v)
	}
	return told(least, unit) + " to " + told(most, unit)
}

// goalTable lists the goals of a scenario.
func goalTable(r *record) document.Table {
	t := document.Table{Head: []string{r.scenario.name, "goal", "median", "least to most", ""}}
	for i := range r.scenario.goals {
		g := &r.scenario.goals[i]
		mark := ""
		switch {
		case !g.limited():
		case r.met(i):
			mark = "met"
		default:
			mark = "**missed**"
		}
		t.Add(g.name, g.limit(), told(r.median(i), g.unit), span(r.values[i], g.unit), mark)
	}
	return t
}

// overview lists the scenarios, and which goals are missed.
func overview(records []*record) document.Table {
	t := document.Table{Head: []string{"scenario", "goals", "met", "missed"}}
	for _, r := range records {
		goals := 0
		for i := range r.scenario.goals {
			if r.scenario.goals[i].limited() {
				goals++
			}
		}
		var missed []string
		for _, i := range r.missed() {
			g := &r.scenario.goals[i]
			missed = append(missed, fmt.Sprintf("%s %s (%s)", g.name, told(r.median(i), g.unit), g.limit()))
		}
		t.Add(r.scenario.name, fmt.Sprint(goals), fmt.Sprint(goals-len(missed)), strings.Join(missed, "; "))
	}
	return t
}
