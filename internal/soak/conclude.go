package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

// errMissed: the figures stand in the line before.
var errMissed = errors.New("a figure was missed")

// conclude prints the figures in one line, and what was missed, if anything, in
// one line each.
func (o *outcome) conclude(w io.Writer, plan string) error {
	var missed []result.Verdict
	for _, v := range o.run.Verdicts {
		if !v.Met {
			missed = append(missed, v)
		}
	}
	word := "passed"
	if len(missed) > 0 {
		word = "FAILED"
	}
	fmt.Fprintf(w, "%s %s: %s\n", plan, word, o.figures())
	for _, v := range missed {
		fmt.Fprintf(w, "  missed %s: %s\n", v.Requirement, v.Text)
	}
	if len(missed) > 0 {
		return errMissed
	}
	return nil
}

// figures are what the row asks for, and what it was measured on.
func (o *outcome) figures() string {
	t := &o.run.Total
	parts := []string{
		time.Duration(float64(o.run.Duration) * float64(time.Second)).Round(time.Second).String(),
		fmt.Sprintf("%d joins, %d pictures, %d failed", t.Join.Count, t.FirstKeyframe.Count, t.JoinFailures),
		fmt.Sprintf("join p99 %s max %s", result.Millisecond.Format(t.Join.P99), result.Millisecond.Format(t.Join.Max)),
		fmt.Sprintf("picture p99 %s max %s", result.Millisecond.Format(t.FirstKeyframe.P99), result.Millisecond.Format(t.FirstKeyframe.Max)),
		fmt.Sprintf("goroutines %d -> %d", o.before.Goroutines, o.after.Goroutines),
		fmt.Sprintf("files %d -> %d", o.before.Files, o.after.Files),
		fmt.Sprintf("heap at rest %s -> %s", result.Octet.Format(float64(o.before.Heap)), result.Octet.Format(float64(o.after.Heap))),
		fmt.Sprintf("series %d -> %d", o.before.Series, o.after.Series),
		fmt.Sprintf("at rest after %v", o.after.after.Round(time.Second)),
	}
	for _, v := range o.slope() {
		parts = append(parts, "heap in the call "+v.Text)
	}
	parts = append(parts, fmt.Sprintf("%d errors", errorsOf(o.run)))
	if o.run.Generator.Saturated {
		parts = append(parts, "the generator was saturated, times are its own")
	}
	if load := loadAverage(); load != "" {
		parts = append(parts, "load of the machine "+load)
	}
	return strings.Join(parts, "; ")
}

func errorsOf(run *result.Run) int {
	n := 0
	for _, e := range run.Errors {
		n += e.Count
	}
	return n
}

// loadAverage is what the system says of the last minute, empty where it does
// not.
func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	first, _, _ := strings.Cut(string(text), " ")
	return first
}
