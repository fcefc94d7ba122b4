package report

import (
	"math"
	"slices"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

// charts are the plots over time, what matters most first.
func charts(run *result.Run) []chart {
	list := []chart{
		{title: "Latency, one way", wide: true, axis: latencyAxis, curves: []curve{
			percentile("p99", "c-p99", func(p *result.Point) result.Millis { return p.LatencyP99 }),
			percentile("p95", "c-p95", func(p *result.Point) result.Millis { return p.LatencyP95 }),
			percentile("median", "c-p50", func(p *result.Point) result.Millis { return p.LatencyP50 }),
		}},
		{
			title: "Delivered, after repair", axis: func(low, _ float64) axis { return deliveredAxis(low) },
			curves: []curve{{name: "delivered", class: "c-main", unit: result.Share, read: delivered}},
		},
		{title: "Received", curves: []curve{
			{name: "bit rate", class: "c-main", unit: result.BitPerSecond, read: func(p *result.Point) float64 { return float64(p.Bits) }},
		}},
		{title: "Frozen pictures", unit: "in each second", curves: []curve{
			{name: "frozen", class: "c-alert", unit: result.Count, bars: true, read: func(p *result.Point) float64 { return float64(p.Freezes) }},
		}},
		{title: "Late frames", unit: "in each second", curves: []curve{
			{name: "late", class: "c-late", unit: result.Count, bars: true, read: func(p *result.Point) float64 { return float64(p.Late) }},
		}},
		{title: "Clients and subscriptions", curves: []curve{
			{name: "clients", class: "c-main", unit: result.Count, read: func(p *result.Point) float64 { return float64(p.Clients) }},
			{name: "subscriptions", class: "c-other", unit: result.Count, read: func(p *result.Point) float64 { return float64(p.Subscriptions) }},
		}},
		{title: "Joins and leaves", unit: "in each second", curves: []curve{
			{name: "failed", class: "c-alert", unit: result.Count, bars: true, read: func(p *result.Point) float64 { return float64(p.Failures) }},
			{name: "joins", class: "c-main", unit: result.Count, bars: true, read: func(p *result.Point) float64 { return float64(p.Joins) }},
			{name: "leaves (down)", class: "c-quiet", unit: result.Count, bars: true, downwards: true, read: func(p *result.Point) float64 { return float64(p.Leaves) }},
		}},
	}
	return append(append(list, usageCharts(run)...), heldCharts(run)...)
}

// heldCharts show what the server holds, as far as it tells: what does not come
// back in a long run, with the same clients, is a leak.
func heldCharts(run *result.Run) []chart {
	var list []chart
	for _, c := range []curve{
		{name: "Goroutines of the server", unit: result.Count, read: func(p *result.Point) float64 { return float64(p.ServerGoroutines) }},
		{name: "Open files of the server", unit: result.Count, read: func(p *result.Point) float64 { return float64(p.ServerFiles) }},
		{name: "Live heap of the server", unit: result.Octet, read: func(p *result.Point) float64 { return float64(p.ServerHeap) }},
		{name: "Metric series of the server", unit: result.Count, read: func(p *result.Point) float64 { return float64(p.ServerSeries) }},
	} {
		if !slices.ContainsFunc(run.Timeline, func(p result.Point) bool { return c.read(&p) > 0 }) {
			continue
		}
		title, read := c.name, c.read
		c.name, c.class = "server", "c-main"
		c.read = func(p *result.Point) float64 {
			if v := read(p); v > 0 {
				return v
			}
			return math.NaN() // in this second nobody could ask
		}
		list = append(list, chart{title: title, curves: []curve{c}})
	}
	return list
}

// usageCharts show the server's process, if it was watched, and the generator's.
func usageCharts(run *result.Run) []chart {
	cpu := chart{title: "CPU", curves: []curve{
		{name: "server", class: "c-main", unit: result.Core, read: func(p *result.Point) float64 { return p.ServerCPU }},
		{name: "generator", class: "c-other", unit: result.Core, read: func(p *result.Point) float64 { return p.CPU }},
	}}
	memory := chart{title: "Memory, resident", curves: []curve{
		{name: "server", class: "c-main", unit: result.Octet, read: func(p *result.Point) float64 { return float64(p.ServerMemory) }},
		{name: "generator", class: "c-other", unit: result.Octet, read: func(p *result.Point) float64 { return float64(p.Memory) }},
	}}
	if run.Server == nil {
		cpu.curves, memory.curves = cpu.curves[1:], memory.curves[1:]
	}
	return []chart{cpu, memory}
}

// percentile is a curve of latency. Seconds in which no stamped packet came have
// none.
func percentile(name, class string, read func(*result.Point) result.Millis) curve {
	return curve{name: name, class: class, unit: result.Millisecond, read: func(p *result.Point) float64 {
		if v := read(p); v > 0 {
			return float64(v)
		}
		return math.NaN()
	}}
}

// delivered is the share that arrived in a second, if anything was due.
func delivered(p *result.Point) float64 {
	if p.Packets == 0 && (p.Subscriptions == 0 || p.Delivered == 1) {
		return math.NaN()
	}
	return p.Delivered
}

// latencyAxis is linear from zero, unless the peaks would press the rest flat.
func latencyAxis(low, high float64) axis {
	const peaks = 40
	if low > 0 && high > low*peaks {
		return logAxis(low, high, result.Millisecond)
	}
	return linearAxis(0, high, result.Millisecond)
}
