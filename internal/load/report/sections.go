package report

import (
	"fmt"
	"strings"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

// figures writes what everybody saw, all together.
func (t *table) figures() {
	s := &t.run.Total
	t.heading("Everybody")
	g := grid{align: "lr"}
	read := func(metric string) string { return formatMetric(t.run, s, metric) }
	g.row("delivered", read("delivered"), fmt.Sprintf("%s, %s lost, %s repaired, %s, %s",
		count(s.Packets, "packet"), number(s.Lost), number(s.Repaired), count(s.NACKs, "NACK"), count(s.PLIs, "PLI")))
	g.row("latency p50", read("latency.p50"), fmt.Sprintf("p90 %s, p95 %s, p99 %s, max %s",
		read("latency.p90"), read("latency.p95"), read("latency.p99"), read("latency.max")))
	g.row("freezes", read("freezes"), fmt.Sprintf("%s, %s of %s watched, longest %s",
		read("freezes.per_minute"), read("frozen"), span(s.Watched), read("freeze.longest")))
	g.row("frames complete", read("frames.complete"), fmt.Sprintf("%s of %s, %s late, layer switches %s",
		number(s.Frames), number(s.FramesExpected), number(s.FramesLate), number(s.LayerSwitches)))
	g.row("audio gaps", read("audio.gaps"), fmt.Sprintf("%s of %s listened", read("audio.gap"), span(s.Listened)))
	g.row("joined", fmt.Sprintf("%s of %s", number(s.Joined), number(s.Clients)),
		fmt.Sprintf("%s failed, %s got media", number(s.JoinFailures), count(s.Subscriptions, "subscription")))
	g.write(&t.out)

	t.out.WriteByte('\n')
	d := grid{align: "lrrrrr"}
	d.painted(t.style.faint, "times", "p50", "p90", "p95", "p99", "max")
	for _, row := range []struct{ label, metric string }{
		{"join", "join"}, {"first media", "first_media"}, {"first keyframe", "first_keyframe"},
	} {
		d.row(row.label, read(row.metric+".p50"), read(row.metric+".p90"), read(row.metric+".p95"), read(row.metric+".p99"), read(row.metric+".max"))
	}
	d.write(&t.out)
}

// groups writes a row for each group.
func (t *table) groups() {
	if len(t.run.Groups) == 0 {
		return
	}
	t.heading("Groups")
	metrics := []string{
		"delivered", "latency.p50", "latency.p99", "freezes", "freezes.per_minute", "frozen", "join.p95", "joins.failed",
	}
	g := grid{align: "lrrrrrrrrr", widest: []int{16}}
	g.painted(t.style.faint, "", "clients", "delivered", "p50", "p99", "freezes", "", "frozen", "join p95", "failed")
	for _, group := range t.run.Groups {
		s := &group.Summary
		if s.Clients == 0 {
			continue
		}
		row := []string{group.Name, number(s.Clients)}
		for _, m := range metrics {
			row = append(row, formatMetric(t.run, s, m))
		}
		g.row(row...)
	}
	g.write(&t.out)
}

// usage writes what the server and the generator used.
func (t *table) usage() {
	t.heading("Usage")
	g := grid{align: "lrrrr"}
	g.painted(t.style.faint, "", "CPU mean", "CPU max", "memory", "CPU/packet")
	row := func(name string, u *result.Usage) {
		g.row(name, result.Core.Format(u.CPUMean), result.Core.Format(u.CPUMax),
			result.Octet.Format(float64(u.MemoryMax)), result.Microsecond.Format(u.CPUPerPacket))
	}
	if s := t.run.Server; s != nil {
		row("server", s)
	} else {
		g.row("server", "not measured")
	}
	gen := &t.run.Generator
	row("generator", &gen.Usage)
	g.write(&t.out)
	note := fmt.Sprintf("generator: sends late by p99 %s, max %s; %s dropped by its sockets; %s of %s files",
		spreadText(gen.Lateness, gen.Lateness.P99), spreadText(gen.Lateness, gen.Lateness.Max), count(gen.SocketDrop, "datagram"),
		number(gen.FilesUsed), number(gen.FilesLimit))
	if t.run.Server != nil && t.run.Server.Source != "" {
		note = "server: " + t.run.Server.Source + "; " + note
	}
	t.line("  ", t.style.faint, note)
}

func (t *table) errors() {
	if len(t.run.Errors) == 0 {
		return
	}
	t.heading("Errors")
	const most = 10
	g := grid{align: "rl", widest: []int{0, 86}}
	for _, e := range t.run.Errors[:min(most, len(t.run.Errors))] {
		g.row(number(e.Count), e.Text)
	}
	g.write(&t.out)
	if more := len(t.run.Errors) - most; more > 0 {
		t.line("  ", t.style.faint, "and "+count(more, "other text")+": see --json or --html")
	}
}

// clients names those that the scenario meddled with, and, apart, the ones among
// the others that had it worst.
func (t *table) clients() {
	clean, affected := split(t.run.Clients)
	var troubled []result.Client
	for _, c := range clean {
		if minded(&c) {
			troubled = append(troubled, c)
		}
	}
	switch {
	case len(troubled) > 0:
		t.heading(fmt.Sprintf("Clean clients: %s of %s noticed something", number(len(troubled)), number(len(clean))))
		t.list(worstFirst(troubled), 5, 0)
	case len(clean) > 0:
		t.heading(fmt.Sprintf("Clean clients: none of %s lost a packet or saw a freeze", number(len(clean))))
	}
	if len(affected) > 0 {
		t.heading(fmt.Sprintf("Affected clients: %s", number(len(affected))))
		t.list(worstFirst(affected), 15, 40)
	}
}

// list writes a row for each of the first clients, and at most mostNames names of
// the others.
func (t *table) list(clients []result.Client, rows, mostNames int) {
	g := grid{align: "lrrrrl", widest: []int{20, 0, 0, 0, 0, 36}}
	g.painted(t.style.faint, "", "delivered", "p99", "freezes", "frozen", "")
	for _, c := range clients[:min(rows, len(clients))] {
		row := []string{c.Name}
		for _, m := range []string{"delivered", "latency.p99", "freezes", "frozen"} {
			row = append(row, formatMetric(t.run, &c.Summary, m))
		}
		g.row(append(row, story(&c))...)
	}
	g.write(&t.out)
	if len(clients) <= rows {
		return
	}
	names := make([]string, 0, mostNames)
	for _, c := range clients[rows:min(rows+mostNames, len(clients))] {
		names = append(names, c.Name)
	}
	if more := len(clients) - rows - len(names); more > 0 {
		names = append(names, number(more)+" more")
	}
	t.line("  and ", nil, strings.Join(names, ", "))
}

// formatMetric writes a metric of a summary that is part of the run. The name is
// one of ours, not a user's.
func formatMetric(run *result.Run, s *result.Summary, name string) string {
	m, err := result.LookupMetric(name)
	if err != nil {
		panic(err)
	}
	return m.Format(run, s)
}

// number writes a plain count.
func number[T int | uint64](n T) string { return result.Count.Format(float64(n)) }

// spreadText writes a value of a distribution in milliseconds, if it has any.
func spreadText(d result.Distribution, v float64) string {
	if d.Count == 0 {
		return result.Nothing
	}
	return result.Millisecond.Format(v)
}
