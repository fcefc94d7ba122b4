package report

import (
	"fmt"
	"math"
	"slices"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

// curve is one figure over time.
type curve struct {
	name, class string
	unit        result.Unit
	bars        bool
	downwards   bool                        // drawn below zero
	read        func(*result.Point) float64 // NaN where there is none
}

// chart is some curves of one unit over time.
type chart struct {
	title  string
	unit   string // when the axis does not name it
	wide   bool
	curves []curve
	axis   func(low, high float64) axis // nil: linear from zero
}

// timeline is the run as plots see it.
type timeline struct {
	run     *result.Run
	buckets []bucket
	x       axis
}

func newTimeline(run *result.Run) *timeline {
	end := run.Duration
	for _, p := range run.Timeline {
		end = max(end, p.At)
	}
	return &timeline{run: run, buckets: buckets(run.Timeline), x: timeAxis(end)}
}

// draw makes the plot of a chart whose first curve has the given column in the
// table of values.
func (t *timeline) draw(c *chart, column int) plot {
	low, high, found := t.bounds(c)
	var y axis
	if c.axis != nil {
		y = c.axis(low, high)
	} else {
		y = linearAxis(min(low, 0), high, c.curves[0].unit)
	}
	p := plot{Title: c.title, Unit: c.unit, Note: y.note, Wide: c.wide, X: t.x.ticks, Y: y.ticks, Bands: t.bands(), Marks: t.flags()}
	if p.Unit == "" {
		p.Unit = y.unit
	}
	for i := range c.curves {
		p.Lines = append(p.Lines, line{c.curves[i].lineClass(), t.path(&c.curves[i], &y)})
		p.Legend = append(p.Legend, legend{c.curves[i].class, c.curves[i].name, column + i})
	}
	slices.Reverse(p.Lines) // the first curve is drawn last, above the others
	switch {
	case !found:
		p.Label, p.Note = c.title+" over time: nothing was measured.", "nothing was measured"
	case low == 0 && high == 0 && c.curves[0].bars:
		p.Label, p.Note = c.title+" over time: none.", "none"
	default:
		p.Label = t.describe(c)
	}
	return p
}

// bounds returns the lowest and the highest value of a chart, with the sign of
// its direction.
func (t *timeline) bounds(c *chart) (low, high float64, found bool) {
	low, high = math.Inf(1), math.Inf(-1)
	for i := range c.curves {
		for _, b := range t.buckets {
			for _, s := range b.extremes(c.curves[i].signed) {
				low, high, found = min(low, s.v), max(high, s.v), true
			}
		}
	}
	if !found {
		return 0, 0, false
	}
	return low, high, true
}

// signed is the value in the direction in which it is drawn.
func (c *curve) signed(p *result.Point) float64 {
	if c.downwards {
		return -c.read(p)
	}
	return c.read(p)
}

func (c *curve) lineClass() string {
	if c.bars {
		return "bars " + c.class
	}
	return c.class
}

// path draws a curve.
func (t *timeline) path(c *curve, y *axis) string {
	var runs [][]sample
	var all, run []sample
	for _, b := range t.buckets {
		s := b.extremes(c.signed)
		if len(s) == 0 && len(run) > 0 {
			runs, run = append(runs, run), nil
		}
		run = append(run, s...)
		if c.bars && len(s) > 0 {
			all = append(all, sample{float64(b.end()), farthest(s)})
		}
	}
	if c.bars {
		return bars(all, t.secondsPerBucket(), &t.x, y)
	}
	if len(run) > 0 {
		runs = append(runs, run)
	}
	return trace(runs, &t.x, y)
}

// farthest returns the value that is farthest from zero.
func farthest(samples []sample) float64 {
	var v float64
	for _, s := range samples {
		if math.Abs(s.v) > math.Abs(v) {
			v = s.v
		}
	}
	return v
}

func (t *timeline) secondsPerBucket() float64 {
	if len(t.buckets) == 0 {
		return 1
	}
	return float64(len(t.buckets[0]))
}

// describe says in words what a chart shows: the range of each curve.
func (t *timeline) describe(c *chart) string {
	text := c.title + " over time."
	for i := range c.curves {
		curve := &c.curves[i]
		low, high := sample{v: math.Inf(1)}, sample{v: math.Inf(-1)}
		for _, b := range t.buckets {
			for _, s := range b.extremes(curve.read) {
				if s.v < low.v {
					low = s
				}
				if s.v > high.v {
					high = s
				}
			}
		}
		if high.v >= low.v {
			text += fmt.Sprintf(" %s: %s to %s, highest at %s.", curve.name,
				curve.unit.Format(low.v), curve.unit.Format(high.v), clock(result.Seconds(high.at)))
		}
	}
	return text
}

// bands are the times during which the generator was saturated; neighbouring
// seconds are one.
func (t *timeline) bands() []band {
	var list []band
	var until float64
	for _, b := range t.buckets {
		if !b.saturated() {
			continue
		}
		end := float64(b.end())
		begin := max(end-t.secondsPerBucket(), 0)
		left, right := t.x.at(begin), t.x.at(end)
		if n := len(list); n > 0 && begin <= until {
			list[n-1].Width = right - list[n-1].Left
		} else {
			list = append(list, band{left, right - left})
		}
		until = end
	}
	return list
}

// flags are the marks of the run, numbered where they do not cover each other.
func (t *timeline) flags() []flag {
	const room = 0.035
	list := make([]flag, 0, len(t.run.Marks))
	last := -1.0
	for i, m := range t.run.Marks {
		f := flag{At: t.x.at(float64(m.At)), Clock: clock(m.At), Text: m.Words()}
		if f.At-last >= room {
			f.Number, last = i+1, f.At
		}
		list = append(list, f)
	}
	return list
}
