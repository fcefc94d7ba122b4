package render

import (
	"fmt"
	"html"
	"math"
	"strings"
	"time"

	"github.com/atrium-rtc/atrium/internal/dashboards"
)

// curve is a series with what it is called and how it looks.
type curve struct {
	Series
	name  string
	color string
}

// colors are those of Grafana's classic palette.
func color(i int) string {
	palette := []string{
		"#7EB26D", "#EAB839", "#6ED0E0", "#EF843C", "#E24D42", "#1F78C1", "#BA43A9", "#705DA0",
		"#508642", "#CCA300", "#447EBC", "#C15C17", "#890F02", "#0A437C", "#6D1F62", "#584477",
	}
	return palette[i%len(palette)]
}

func curves(p dashboards.Panel, a Answers) []curve {
	var all []curve
	for _, q := range p.Queries {
		for _, s := range a[q.Expr] {
			all = append(all, curve{s, s.name(q.Legend), color(len(all))})
		}
	}
	return all
}

// graph draws lines, or areas on each other, with a legend.
func graph(p dashboards.Panel, a Answers, s span, width, height float64) string {
	all := curves(p, a)
	if len(all) == 0 {
		return empty(p)
	}
	const legendHeight = 34
	f := newFrame(width, height-legendHeight, s)
	tops := values(all, p.Kind == dashboards.Stack)
	high := highest(tops)
	if p.Limits != (dashboards.Limits{}) && !p.Limits.Falling && high > p.Limits.Doubtful/4 {
		high = max(high, p.Limits.Doubtful*1.1) // shows how far it is
	}
	if p.Max > 0 {
		high = p.Max
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg width="%.0f" height="%.0f">`, width, height-legendHeight)
	step := f.fit(p.Min, high, p.Unit)
	if p.Max > 0 {
		f.high = p.Max
	}
	f.grid(&b, step, p.Unit)
	limits(&b, f, p.Limits)
	for i := len(all) - 1; i >= 0; i-- {
		draw(&b, f, all[i], tops[i], p.Kind == dashboards.Stack)
	}
	b.WriteString(`</svg>`)
	b.WriteString(legend(all, p.Unit))
	return b.String()
}

// values returns for each curve its height at each point: its own, or on top of those
// before it.
func values(all []curve, stacked bool) [][]float64 {
	base := map[int64]float64{}
	tops := make([][]float64, len(all))
	for i, c := range all {
		for _, p := range c.Points {
			v := p.Value
			if stacked && !math.IsNaN(v) {
				v += base[p.At.Unix()]
				base[p.At.Unix()] = v
			}
			tops[i] = append(tops[i], v)
		}
	}
	return tops
}

func highest(tops [][]float64) float64 {
	high := 0.0
	for _, line := range tops {
		for _, v := range line {
			if !math.IsNaN(v) && !math.IsInf(v, 0) {
				high = max(high, v)
			}
		}
	}
	return high
}

func limits(b *strings.Builder, f frame, l dashboards.Limits) {
	if l == (dashboards.Limits{}) {
		return
	}
	for _, one := range []struct {
		at    float64
		class string
	}{{l.Doubtful, "doubtful"}, {l.Bad, "bad"}} {
		if one.at <= f.high {
			f.line(b, f.y(one.at), "limit "+one.class)
		}
	}
}

// gap returns from which distance on points belong to different pieces of a line: more
// than the distance of those that are closest.
func (s Series) gap() time.Duration {
	least := time.Duration(math.MaxInt64)
	for i := 1; i < len(s.Points); i++ {
		least = min(least, s.Points[i].At.Sub(s.Points[i-1].At))
	}
	return least + least/2
}

// draw draws one curve; where there is no number it has a gap.
func draw(b *strings.Builder, f frame, c curve, tops []float64, filled bool) {
	var path strings.Builder
	begin, gap := -1, c.gap()
	flush := func(end int) {
		if begin < 0 {
			return
		}
		d := path.String()
		if filled {
			fmt.Fprintf(b, `<path d="%s L%.1f,%.1f L%.1f,%.1f Z" fill="%s" fill-opacity="0.55" stroke="none"/>`,
				d, f.x(c.Points[end-1].At), f.bottom, f.x(c.Points[begin].At), f.bottom, c.color)
		}
		fmt.Fprintf(b, `<path d="%s" fill="none" stroke="%s" stroke-width="1.5"/>`, d, c.color)
		path.Reset()
		begin = -1
	}
	for i, v := range tops {
		if begin >= 0 && c.Points[i].At.Sub(c.Points[i-1].At) > gap {
			flush(i)
		}
		if math.IsNaN(v) || math.IsInf(v, 0) {
			flush(i)
			continue
		}
		command := "L"
		if begin < 0 {
			begin, command = i, "M"
		}
		fmt.Fprintf(&path, "%s%.1f,%.1f", command, f.x(c.Points[i].At), f.y(v))
	}
	flush(len(tops))
}

// legend names the curves, with their last values.
func legend(all []curve, unit dashboards.Unit) string {
	var b strings.Builder
	b.WriteString(`<div class="legend">`)
	for _, c := range all {
		last := "–"
		if v, ok := c.Last(); ok {
			last = number(v, unit)
		}
		fmt.Fprintf(&b, `<span><i style="background:%s"></i>%s <b>%s</b></span> `, c.color, html.EscapeString(c.name), last)
	}
	b.WriteString(`</div>`)
	return b.String()
}

// empty says that there is no answer, and why that may be.
func empty(p dashboards.Panel) string {
	why := ""
	for _, q := range p.Queries {
		if q.MayBeEmpty != "" {
			why = ": " + q.MayBeEmpty
		}
	}
	return `<div class="empty">no data` + html.EscapeString(why) + `</div>`
}
