package report

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

// page is what page.html shows. Everything is written out already; the template
// only places it.
type page struct {
	Style  template.CSS
	Script template.JS

	Run     *result.Run
	Title   string
	Date    string
	Length  string
	Planned string

	Judged  bool // there were requirements
	Passed  bool
	Outcome string

	Cards    []card
	Plots    []plot
	Values   values
	Groups   comparison
	Capacity *headroom
	Clients  *roster
	Facts    []fact
}

// card is a key figure.
type card struct {
	Label, Number, Unit, Detail string
}

// fact is a line about machine and method.
type fact struct{ Name, Text string }

func newPage(run *result.Run) *page {
	p := &page{
		Run: run, Title: "Load test of " + run.Target, Date: run.Started.Format("2 January 2006, 15:04:05 MST"),
		Length: span(run.Duration), Planned: planned(&run.Planned), Judged: len(run.Verdicts) > 0,
		Cards: cards(run), Groups: compare(run), Clients: newRoster(run), Facts: facts(run),
	}
	p.Passed, p.Outcome = outcome(run.Verdicts)
	if run.Capacity != nil {
		p.Capacity = newHeadroom(run.Capacity)
	}
	if len(run.Timeline) > 0 {
		p.Plots, p.Values = drawAll(run)
	}
	return p
}

// cards are the key figures, what matters most first.
func cards(run *result.Run) []card {
	s := &run.Total
	read := func(name string) string { return formatMetric(run, s, name) }
	list := []card{
		newCard("Delivered", read("delivered"), fmt.Sprintf("%s of %s lost", number(s.Lost), count(s.Packets+s.Lost, "packet"))),
		newCard("Latency, median", read("latency.p50"), "one way, publisher to subscriber"),
		newCard("Latency, p99", read("latency.p99"), "longest "+read("latency.max")),
		newCard("Freezes", read("freezes"), fmt.Sprintf("%s of %s watched", read("frozen"), span(s.Watched))),
		newCard("Join, p95", read("join.p95"), fmt.Sprintf("%d of %d joined, %s", s.Joined, s.Clients, count(s.JoinFailures, "failure"))),
		newCard("First picture, p95", read("first_keyframe.p95"), "longest "+read("first_keyframe.max")),
	}
	if u := run.Server; u != nil {
		list = append(list,
			newCard("Server CPU", result.Core.Format(u.CPUMean), fmt.Sprintf("at most %s, %s a packet",
				result.Core.Format(u.CPUMax), result.Microsecond.Format(u.CPUPerPacket))),
			newCard("Server memory", result.Octet.Format(float64(u.MemoryMax)), "at the end "+result.Octet.Format(float64(u.MemoryEnd))))
	} else {
		list = append(list, newCard("Server CPU", result.Nothing, "not measured"), newCard("Server memory", result.Nothing, "not measured"))
	}
	return list
}

// newCard takes the unit off a figure, to write it smaller.
func newCard(label, figure, detail string) card {
	n, unit, _ := strings.Cut(figure, " ")
	return card{label, n, unit, detail}
}

// facts are the circumstances without which figures mean little.
func facts(run *result.Run) []fact {
	g, m := &run.Generator, &run.Machine
	server := "not measured"
	if run.Server != nil {
		server = fmt.Sprintf("%s: %.1f s of CPU time", run.Server.Source, run.Server.CPUSeconds)
	}
	return []fact{
		{"Target", run.Target},
		{"Server's usage from", server},
		{"Generator", "atrium load " + run.Version},
		{"On", fmt.Sprintf("%s, %d CPUs, %s, %s", m.Host, m.CPUs, m.Model, m.System)},
		{"Generator used", fmt.Sprintf("%s on average, %s at most, %s of memory",
			result.Core.Format(g.CPUMean), result.Core.Format(g.CPUMax), result.Octet.Format(float64(g.MemoryMax)))},
		{"Sends behind schedule", fmt.Sprintf("median %s, p99 %s, longest %s",
			spreadText(g.Lateness, g.Lateness.P50), spreadText(g.Lateness, g.Lateness.P99), spreadText(g.Lateness, g.Lateness.Max))},
		{"Dropped by the generator's sockets", count(g.SocketDrop, "datagram")},
		{"Open files", fmt.Sprintf("%d of %d", g.FilesUsed, g.FilesLimit)},
		{"Seed", fmt.Sprint(run.Seed)},
	}
}

// values is the table behind the plots: for those who do not see them, and for
// the script that shows what is under the pointer.
type values struct {
	Seconds int // in a row
	Heads   []string
	Rows    []valueRow
}

type valueRow struct {
	At        float64 // place on the time axis
	Clock     string
	Saturated bool
	Texts     []string
}

// drawAll draws the plots over time and writes the values they show.
func drawAll(run *result.Run) ([]plot, values) {
	t := newTimeline(run)
	v := values{Seconds: int(t.secondsPerBucket())}
	for _, b := range t.buckets {
		v.Rows = append(v.Rows, valueRow{At: t.x.at(float64(b.end())), Clock: clock(b.end()), Saturated: b.saturated()})
	}
	var plots []plot
	for _, c := range charts(run) {
		plots = append(plots, t.draw(&c, len(v.Heads)))
		for i := range c.curves {
			head := c.title
			if len(c.curves) > 1 {
				head += ": " + c.curves[i].name
			}
			v.Heads = append(v.Heads, head)
			for j, b := range t.buckets {
				v.Rows[j].Texts = append(v.Rows[j].Texts, b.text(&c.curves[i]))
			}
		}
	}
	return plots, v
}
