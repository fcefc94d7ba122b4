package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/atrium-rtc/atrium/internal/bench/document"
)

// The size of the figure and of each of its panels, in pixels.
const (
	figureWidth, figureHeight = 960, 320
	panelWidth, panelHeight   = 250, 190
	panelLeft, panelTop       = 48, 80
	panelStep                 = 310
)

// highest is where the scale ends at the latest, in us. What costs more is drawn
// there, with its number.
const highest = 25

// figureStyle is what this figure has besides what all have.
const figureStyle = `.line{stroke:#0b5fa5;stroke-width:2;fill:none}
.dot{fill:#0b5fa5}.doubt{fill:#fff;stroke:#c8420f;stroke-width:2}.floor{stroke:#c8590f;stroke-dasharray:5 4}
@media(prefers-color-scheme:dark){.line{stroke:#5aa9e6}
.dot{fill:#5aa9e6}.doubt{fill:#1a1d20;stroke:#ff8050}.floor{stroke:#f0935a}}`

// drawing is the figure of some curves side by side, with one scale of costs.
type drawing struct {
	strings.Builder
	high float64 // us
}

// draw returns the figure as SVG. Points that are not to be trusted are hollow.
func draw(curves []*curve) string {
	d := &drawing{high: 5}
	for _, c := range curves {
		for _, b := range c.points {
			if v := cost(b); v > d.high {
				d.high = min(math.Ceil(v), highest)
			}
		}
	}
	fmt.Fprintf(d, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="CPU per forwarded packet">`,
		figureWidth, figureHeight)
	fmt.Fprintf(d, "\n<style>%s</style>\n", document.FigureStyle+figureStyle)
	fmt.Fprintf(d, `<rect class="page" width="%d" height="%d"/>`+"\n", figureWidth, figureHeight)
	fmt.Fprintf(d, `<text class="title" x="%d" y="22">CPU us per forwarded packet</text>`+"\n", panelLeft)
	for i, c := range curves {
		d.panel(c, float64(panelLeft+i*panelStep))
	}
	d.WriteString("</svg>\n")
	return d.String()
}

// height returns the place of a cost.
func (d *drawing) height(v float64) float64 { return panelTop + panelHeight*(1-min(v/d.high, 1)) }

func (d *drawing) panel(c *curve, left float64) {
	step := math.Ceil(d.high / 6)
	for v := 0.0; v <= d.high; v += step {
		y := d.height(v)
		fmt.Fprintf(d, `<path class="grid" d="M%.0f %.1fh%d"/><text x="%.0f" y="%.1f" text-anchor="end">%.0f</text>`+"\n",
			left, y, panelWidth, left-6, y+4, v)
	}
	if !math.IsNaN(c.floor) {
		y := d.height(c.floor)
		fmt.Fprintf(d, `<path class="floor" d="M%.0f %.1fh%d"/><text x="%.0f" y="%.1f" text-anchor="end">floor %.1f</text>`+"\n",
			left, y, panelWidth, left+panelWidth, y+14, c.floor)
	}
	fmt.Fprintf(d, `<text x="%.0f" y="%d">%s</text>`+"\n", left, panelTop-28, title(c.short))
	first, last := math.Log(float64(c.at[0])), math.Log(float64(c.at[len(c.at)-1]))
	place := func(i int) float64 {
		return left + panelWidth*(math.Log(float64(c.at[i]))-first)/(last-first)
	}
	var path strings.Builder
	for i, b := range c.points {
		command := 'L'
		if i == 0 {
			command = 'M'
		}
		fmt.Fprintf(&path, "%c%.1f %.1f", command, place(i), d.height(cost(b)))
	}
	fmt.Fprintf(d, `<path class="line" d="%s"/>`+"\n", path.String())
	labelled := math.Inf(-1)
	for i, b := range c.points {
		class, x, y := "dot", place(i), d.height(cost(b))
		if len(distrust([]*bout{b})) > 0 {
			class = "doubt"
		}
		fmt.Fprintf(d, `<circle class="%s" cx="%.1f" cy="%.1f" r="3.5"/>`+"\n", class, x, y)
		const room = 28
		if x-labelled < room {
			continue
		}
		labelled = x
		fmt.Fprintf(d, `<text class="value" x="%.1f" y="%.1f" text-anchor="middle">%.1f</text>`, x, y-9, cost(b))
		fmt.Fprintf(d, `<text x="%.1f" y="%d" text-anchor="middle">%d</text>`+"\n", x, panelTop+panelHeight+16, c.at[i])
	}
	fmt.Fprintf(d, `<text x="%.0f" y="%d" text-anchor="middle">%s</text>`+"\n", left+panelWidth/2, panelTop+panelHeight+34, c.axis+" (logarithmic)")
}
