package main

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/atrium-rtc/atrium/internal/bench/ccsim/dumbbell"
	"github.com/atrium-rtc/atrium/internal/bench/document"
	"github.com/atrium-rtc/atrium/sfu/bwe"
)

// The size of a plot and of its panels, in pixels: bitrates above, the wait in
// the queue below.
const (
	plotWidth, plotHeight = 960, 400
	panelLeft, panelWidth = 56, 884
	ratesTop, ratesHeight = 70, 190
	queueTop, queueHeight = 286, 76
	columnWidth           = 2 // of a point of a line
)

// plotStyle tells the lines apart: the estimate and what is sent of a single
// flow, or several flows with their estimates dashed.
const plotStyle = `path{fill:none;stroke-linejoin:round}.link{fill:#eceeec;stroke:#8b929a}.queue{fill:#d9a58a;stroke:#b05a2c}
.sent{stroke:#d0701f;stroke-width:1.25}.estimate{stroke:#0b5fa5;stroke-width:2}
.f0{stroke:#0b5fa5;stroke-width:1.5}.f1{stroke:#2a8442;stroke-width:1.5}.f2{stroke:#8a4bb0;stroke-width:1.5}.dashed{stroke-dasharray:5 3}
.goal{stroke:#b3261e;stroke-dasharray:2 3}circle{fill:none}.probe{stroke:#0b5fa5;stroke-width:1.5}
@media(prefers-color-scheme:dark){.link{fill:#262b30;stroke:#78808a}.queue{fill:#6b4431;stroke:#d98a5c}
.sent{stroke:#f0935a}.estimate,.probe,.f0{stroke:#5aa9e6}.f1{stroke:#63c07d}.f2{stroke:#c193e0}.goal{stroke:#ff8a80}}`

// plot is a figure of one run.
type plot struct {
	strings.Builder
	trace      *dumbbell.Trace
	begin, end time.Duration
	rates      float64 // Mbit/s at the top
	queue      float64 // ms at the top
	legend     float64 // where its next entry goes
}

// draw returns the run of the first seed as SVG.
func draw(r *record) string {
	begin, end := r.scenario.shown, r.scenario.duration
	p := &plot{trace: part(r.first, begin, end), begin: begin, end: end, legend: panelLeft}
	p.scale()
	fmt.Fprintf(p, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s">`,
		plotWidth, plotHeight, r.scenario.title)
	fmt.Fprintf(p, "\n<style>%s%s</style>\n", document.FigureStyle, plotStyle)
	fmt.Fprintf(p, `<rect class="page" width="%d" height="%d"/>`+"\n", plotWidth, plotHeight)
	fmt.Fprintf(p, `<text class="title" x="%d" y="20">%s</text>`+"\n", panelLeft, r.scenario.title)
	p.link()
	p.axis(ratesTop, ratesHeight, p.rates, "Mbit/s")
	p.axis(queueTop, queueHeight, p.queue, "queue, ms")
	p.flows()
	p.waits()
	p.seconds()
	p.WriteString("</svg>\n")
	return p.String()
}

// scale chooses what is at the top of the panels.
func (p *plot) scale() {
	for _, s := range p.trace.Samples {
		p.rates = max(p.rates, megabits(s.Link))
		for _, f := range s.Flows {
			p.rates = max(p.rates, min(megabits(f.Target), 2*megabits(s.Link)))
		}
		p.queue = max(p.queue, milliseconds(s.Queue))
	}
	p.rates = 1.05 * p.rates
	p.queue = max(1.05*p.queue, 1.2*queueGoal)
}

func megabits(b bwe.Bitrate) float64 { return float64(b) / float64(bwe.Mbps) }

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func (p *plot) x(t time.Duration) float64 {
	return panelLeft + panelWidth*float64(t-p.begin)/float64(p.end-p.begin)
}

// within is the place of a value in a panel, at its top when it is beyond.
func within(top, height int, v, high float64) float64 {
	return float64(top) + float64(height)*(1-min(v/high, 1))
}

// axis draws the lines of a scale.
func (p *plot) axis(top, height int, high float64, unit string) {
	step := round(high / (float64(height) / 36))
	for v := 0.0; v <= high; v += step {
		y := within(top, height, v, high)
		fmt.Fprintf(p, `<path class="grid" d="M%d %.1fh%d"/><text x="%d" y="%.1f" text-anchor="end">%.4g</text>`+"\n",
			panelLeft, y, panelWidth, panelLeft-6, y+4, v)
	}
	fmt.Fprintf(p, `<text x="%d" y="%d">%s</text>`+"\n", panelLeft, top-7, unit)
}

// round returns the least of 1, 2 and 5 times a power of ten that is not below v.
func round(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= v {
			return m * power
		}
	}
	return 10 * power
}

func (p *plot) seconds() {
	const labels = 12
	step := time.Duration(round((p.end-p.begin).Seconds()/labels)) * time.Second
	for t := p.begin; t <= p.end; t += step {
		fmt.Fprintf(p, `<text x="%.1f" y="%d" text-anchor="middle">%.0f s</text>`+"\n",
			p.x(t), queueTop+queueHeight+18, t.Seconds())
	}
}

// link draws the capacity, a corner at each change.
func (p *plot) link() {
	path := fmt.Sprintf("M%d %d", panelLeft, ratesTop+ratesHeight)
	last := bwe.Bitrate(-1)
	for _, s := range p.trace.Samples {
		if s.Link != last {
			path += fmt.Sprintf("H%.1fV%.1f", p.x(s.At-dumbbell.SampleInterval), within(ratesTop, ratesHeight, megabits(s.Link), p.rates))
			last = s.Link
		}
	}
	fmt.Fprintf(p, `<path class="link" d="%sH%dV%d"/>`+"\n", path, panelLeft+panelWidth, ratesTop+ratesHeight)
	p.entry("link", "link")
}

// flows draws the rates.
func (p *plot) flows() {
	single := len(p.trace.Flows) == 1
	for i, f := range p.trace.Flows {
		sent, estimate := fmt.Sprintf("f%d", i), fmt.Sprintf("f%d dashed", i)
		name := f.Name + ", sent"
		if single {
			sent, estimate, name = "sent", "estimate", "sent"
		}
		p.rate(sent, name, true, func(s *dumbbell.Sample) bwe.Bitrate { return s.Flows[i].Sent })
		if f.Foreign {
			continue
		}
		if name = f.Name + ", estimate"; single {
			name = "estimate"
		}
		p.probes(i, sent, single)
		p.rate(estimate, name, false, func(s *dumbbell.Sample) bwe.Bitrate { return s.Flows[i].Target })
	}
}

// probes draws a circle at the bitrate of each probe, at the top when it is beyond.
func (p *plot) probes(flow int, class string, single bool) {
	const radius = 2.5
	if single {
		class = "probe"
	}
	for i := range p.trace.Samples {
		s := &p.trace.Samples[i]
		if rate := s.Flows[flow].Probe; rate > 0 {
			fmt.Fprintf(p, `<circle class="%s" cx="%.1f" cy="%.1f" r="%v"/>`+"\n",
				class, p.x(s.At), within(ratesTop, ratesHeight, megabits(rate), p.rates), radius)
		}
	}
}

// rate draws one line: the mean, or the last value, of what falls on a point.
func (p *plot) rate(class, name string, mean bool, of func(*dumbbell.Sample) bwe.Bitrate) {
	var path strings.Builder
	p.columns(mean, func(x float64, samples []dumbbell.Sample) {
		v := megabits(of(&samples[len(samples)-1]))
		if mean {
			v = 0
			for i := range samples {
				v += megabits(of(&samples[i])) / float64(len(samples))
			}
		}
		fmt.Fprintf(&path, "%c%.0f %.1f", command(&path), x, within(ratesTop, ratesHeight, v, p.rates))
	})
	fmt.Fprintf(p, `<path class="%s" d="%s"/>`+"\n", class, path.String())
	p.entry(class, name)
}

// waits draws the longest wait in the queue, and the goal.
func (p *plot) waits() {
	bottom := queueTop + queueHeight
	var path strings.Builder
	fmt.Fprintf(&path, "M%d %d", panelLeft, bottom)
	p.columns(false, func(x float64, samples []dumbbell.Sample) {
		longest := time.Duration(0)
		for _, s := range samples {
			longest = max(longest, s.Queue)
		}
		fmt.Fprintf(&path, "L%.0f %.1f", x, within(queueTop, queueHeight, milliseconds(longest), p.queue))
	})
	fmt.Fprintf(p, `<path class="queue" d="%sV%d"/>`+"\n", path.String(), bottom)
	fmt.Fprintf(p, `<path class="goal" d="M%d %.1fh%d"/>`+"\n", panelLeft, within(queueTop, queueHeight, queueGoal, p.queue), panelWidth)
}

func command(path *strings.Builder) byte {
	if path.Len() == 0 {
		return 'M'
	}
	return 'L'
}

// columns calls f with the samples of each point of a line. What is sent in 100
// ms depends on which pictures fall into them, so that a mean is of half a second
// at least.
func (p *plot) columns(mean bool, f func(x float64, samples []dumbbell.Sample)) {
	const leastMean = 5
	count := max(columnWidth*len(p.trace.Samples)/panelWidth, 1)
	if mean {
		count = max(count, leastMean)
	}
	for i := 0; i < len(p.trace.Samples); i += count {
		samples := p.trace.Samples[i:min(i+count, len(p.trace.Samples))]
		at := samples[len(samples)-1].At
		if mean {
			at = (samples[0].At + at) / 2
		}
		f(p.x(at), samples)
	}
}

// entry adds a line to the legend.
func (p *plot) entry(class, name string) {
	const sample, y, character = 22, 40, 6.6
	fmt.Fprintf(p, `<path class="%s" d="M%.0f %dh%d"/><text x="%.0f" y="%d">%s</text>`+"\n",
		class, p.legend, y-4, sample, p.legend+sample+5, y, name)
	p.legend += sample + 24 + character*float64(len(name))
}
