package report

import (
	"fmt"
	"math"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

// headroom is what a search for capacity found.
type headroom struct {
	Level    string
	Number   string
	Noun     string
	Sentence string
	Plots    []plot
	Steps    []stepRow
}

type stepRow struct {
	Subscribers string
	Held        bool
	Saturated   bool
	Broke       []result.Verdict // requirements that were not met
	Texts       []string
}

func newHeadroom(c *result.Capacity) *headroom {
	h := &headroom{Level: c.Level, Sentence: found(c), Number: result.Count.Format(float64(c.Subscribers)), Noun: "subscribers"}
	if c.Limited {
		h.Number = "≥ " + h.Number
	}
	for i := range c.Steps {
		s := &c.Steps[i]
		row := stepRow{
			Subscribers: result.Count.Format(float64(s.Subscribers)), Held: s.Held, Saturated: s.Saturated, Texts: stepFigures(s),
		}
		for _, v := range s.Verdicts {
			if !v.Met {
				row.Broke = append(row.Broke, v)
			}
		}
		h.Steps = append(h.Steps, row)
	}
	if len(c.Steps) > 0 {
		h.Plots = headroomPlots(c)
	}
	return h
}

// headroomPlots draw figures over the number of subscribers.
func headroomPlots(c *result.Capacity) []plot {
	plots := []plot{
		stepPlot(c, "Latency, p99", latencyAxis, result.Millisecond, func(s *result.Step) float64 { return float64(s.LatencyP99) }),
		stepPlot(c, "Delivered, after repair", func(low, _ float64) axis { return deliveredAxis(low) }, result.Share,
			func(s *result.Step) float64 { return s.Delivered }),
	}
	for i := range c.Steps {
		if c.Steps[i].ServerMemory > 0 {
			return append(plots, stepPlot(c, "Server CPU", func(_, high float64) axis { return linearAxis(0, high, result.Core) },
				result.Core, func(s *result.Step) float64 { return s.ServerCPU }))
		}
	}
	return plots
}

func stepPlot(c *result.Capacity, title string, scale func(low, high float64) axis, unit result.Unit, read func(*result.Step) float64) plot {
	low, high := math.Inf(1), math.Inf(-1)
	most := 0
	for i := range c.Steps {
		v := read(&c.Steps[i])
		low, high, most = min(low, v), max(high, v), max(most, c.Steps[i].Subscribers)
	}
	x, y := linearAxis(0, float64(most), result.Count), scale(low, high)
	p := plot{Title: title, Unit: y.unit, Note: y.note, X: x.ticks, Y: y.ticks, Label: title + " by subscribers:"}
	var run []sample
	for i := range c.Steps {
		s := &c.Steps[i]
		v := read(s)
		n := float64(s.Subscribers)
		run = append(run, sample{n, v})
		word := "broke"
		if s.Held {
			word = "held"
		}
		text := fmt.Sprintf("%s: %s, %s", count(s.Subscribers, "subscriber"), unit.Format(v), word)
		p.Points = append(p.Points, point{x.at(n), y.at(v), s.Held, text})
		p.Label += " " + text + "."
	}
	p.Lines = []line{{"c-main", trace([][]sample{run}, &x, &y)}}
	if c.Subscribers > 0 {
		p.Marks = []flag{{At: x.at(float64(c.Subscribers)), Text: "capacity"}}
	}
	return p
}
