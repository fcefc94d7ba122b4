package report

import (
	"fmt"
	"strings"
)

// A plot's lines are SVG, stretched to whatever room the page has; its texts and
// marks are HTML above it, placed in per cent, so that they keep their shape.
const (
	plotWidth  = 1000.0 // of the SVG's coordinates
	plotHeight = 100.0
)

// plot is what page.html needs to draw one.
type plot struct {
	Title  string
	Unit   string
	Note   string
	Label  string // what it shows, in words, for those who do not see it
	Wide   bool
	X, Y   []tick
	Lines  []line
	Legend []legend
	Bands  []band  // seconds that say little about the server
	Marks  []flag  // what the scenario did
	Points []point // steps of a search
}

// line is a curve, or the bars of one.
type line struct {
	Class string // of page.css
	Path  string // of SVG
}

// legend names a curve and the column of the table of values that has it.
type legend struct {
	Class, Name string
	Column      int
}

// band is a part of the horizontal axis.
type band struct{ Left, Width float64 }

// flag is an event of the run. Number is 0 where there is no room for one.
type flag struct {
	At     float64
	Number int
	Clock  string
	Text   string
}

// point is a measured step, above the axis at At, Height from the ground.
type point struct {
	At, Height float64
	Held       bool
	Text       string
}

// percent writes a position for CSS.
func percent(v float64) string { return fmt.Sprintf("%.3f", v*100) }

// up writes the distance from the top of a position that is counted from the
// bottom.
func up(v float64) string { return percent(1 - v) }

// Grid is the path of the horizontal lines at ticks.
func (p *plot) Grid() string {
	var b strings.Builder
	for _, t := range p.Y {
		fmt.Fprintf(&b, "M0 %.2fH%.0f", (1-t.At)*plotHeight, plotWidth)
	}
	return b.String()
}

// trace draws a line through runs of samples; each run is unbroken. A run of one
// is a dash that ends there.
func trace(runs [][]sample, x, y *axis) string {
	var b strings.Builder
	for _, run := range runs {
		for i, s := range run {
			command := 'L'
			if i == 0 {
				command = 'M'
			}
			fmt.Fprintf(&b, "%c%.1f %.2f", command, x.at(s.at)*plotWidth, (1-y.at(s.v))*plotHeight)
		}
		if len(run) == 1 {
			b.WriteString("h-6")
		}
	}
	return b.String()
}

// bars draws a bar for each sample, from zero, as wide as the time since the one
// before.
func bars(samples []sample, width float64, x, y *axis) string {
	var b strings.Builder
	zero := (1 - y.at(0)) * plotHeight
	for _, s := range samples {
		if s.v == 0 {
			continue
		}
		left, right := x.at(s.at-width)*plotWidth, x.at(s.at)*plotWidth
		gap := (right - left) / 8
		fmt.Fprintf(&b, "M%.1f %.2fV%.2fH%.1fV%.2fZ", left+gap, zero, (1-y.at(s.v))*plotHeight, right-gap, zero)
	}
	return b.String()
}
