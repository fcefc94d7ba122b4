package report

import (
	"fmt"
	"math"
	"strings"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

// history is the last minute of what the view draws as curves.
type history struct {
	latency, lost, cpu []float64
}

func (h *history) add(p result.Point) {
	latency, lost := math.NaN(), math.NaN()
	if p.Packets > 0 {
		latency, lost = float64(p.LatencyP99), 1-p.Delivered
	}
	push(&h.latency, latency)
	push(&h.lost, lost)
	push(&h.cpu, p.ServerCPU)
}

func push(values *[]float64, v float64) {
	*values = append(*values, v)
	if extra := len(*values) - historySeconds; extra > 0 {
		*values = (*values)[extra:]
	}
}

// view is what the terminal shows after one second.
type view struct {
	point    result.Point
	progress Progress
	history  *history
	width    int
	style    Style
}

// lines draws the view, none wider than its width.
func (v *view) lines() []string {
	p := &v.point
	lines := []string{
		v.progressLine(),
		v.row("clients", plain(fmt.Sprintf("%d of %d", p.Clients, v.progress.Clients)),
			plain(count(p.Rooms, "room")), plain(count(p.Publishers, "publisher")), plain(count(p.Subscriptions, "subscription")),
			plain(fmt.Sprintf("+%d −%d", p.Joins, p.Leaves)), v.alarm(p.Failures > 0, fmt.Sprintf("%d failed", p.Failures))),
		v.row("received", plain(result.BitPerSecond.Format(float64(p.Bits))), plain(number(p.Packets)+" packets/s")),
		v.row("delivered", v.measured(result.Share.Format(p.Delivered)), plain(number(lost(p))+" lost/s"), v.curve("loss", v.history.lost, result.Share)),
		v.row("latency", v.measured("p50 "+result.Millisecond.Format(float64(p.LatencyP50))),
			v.measured("p99 "+result.Millisecond.Format(float64(p.LatencyP99))), v.curve("p99", v.history.latency, result.Millisecond)),
		v.row("pictures", v.alarm(p.Freezes > 0, fmt.Sprintf("%d frozen now", p.Freezes)), plain(count(p.Late, "late frame"))),
		v.row("server", v.serverUsage()...),
		v.row("generator", plain(result.Core.Format(p.CPU)), plain(result.Octet.Format(float64(p.Memory)))),
	}
	if p.Saturated {
		lines = append(lines, v.join(segment{"the generator is SATURATED: its figures say little about the server", v.style.bad}))
	}
	return lines
}

// segment is a piece of a line and how it is emphasised.
type segment struct {
	text  string
	paint func(string) string
}

// join cuts segments to the width and paints what is left.
func (v *view) join(segments ...segment) string {
	var b strings.Builder
	left := v.width
	for _, s := range segments {
		text := clip(printable(s.text), left)
		left -= len([]rune(text))
		if s.paint != nil {
			text = s.paint(text)
		}
		b.WriteString(text)
	}
	return b.String()
}

func plain(text string) segment { return segment{text: text} }

// row is a label and figures. The label and the first two figures have columns
// of their own, so that the curves begin below each other.
func (v *view) row(label string, figures ...segment) string {
	segments := []segment{{fmt.Sprintf("%-11s", label), v.style.faint}}
	for i, s := range figures {
		if i < len(figures)-1 {
			space := 2
			if i < 2 {
				space = max(2, figureColumn-len([]rune(s.text)))
			}
			s.text += strings.Repeat(" ", space)
		}
		segments = append(segments, s)
	}
	return v.join(segments...)
}

// figureColumn is the width of the columns of the first two figures.
const figureColumn = 15

// lost is the number of packets missing in a second, from the share that is not.
func lost(p *result.Point) uint64 {
	if p.Delivered <= 0 {
		return 0
	}
	return uint64(math.Round(float64(p.Packets) * (1/p.Delivered - 1)))
}

// alarm emphasises text when there is reason to.
func (v *view) alarm(on bool, text string) segment {
	if on {
		return segment{text, v.style.bad}
	}
	return plain(text)
}

// measured replaces figures about packets when there were none.
func (v *view) measured(text string) segment {
	if v.point.Packets == 0 {
		return plain(result.Nothing)
	}
	return segment{text, v.style.strong}
}

// curve is the last minute of a figure, or as much of it as the line has room
// for, and its highest value.
func (v *view) curve(name string, values []float64, unit result.Unit) segment {
	const besides = 11 + 2*figureColumn + 22 // label, figures, and the text behind the curve
	values = values[len(values)-min(len(values), max(v.width-besides, 0)):]
	top := 0.0
	for _, x := range values {
		if x > top { // false for NaN
			top = x
		}
	}
	return segment{sparkline(values) + " " + name + " up to " + unit.Format(top), v.style.accent}
}

// serverUsage are the figures of the server's process, if there are any.
func (v *view) serverUsage() []segment {
	p := &v.point
	if p.ServerMemory == 0 && p.ServerCPU == 0 {
		return []segment{plain("not measured")}
	}
	return []segment{
		plain(result.Core.Format(p.ServerCPU)), plain(result.Octet.Format(float64(p.ServerMemory))),
		v.curve("CPU", v.history.cpu, result.Core),
	}
}

// progressLine is the bar with the time, or only the time while the end is not
// known.
func (v *view) progressLine() string {
	at := clock(result.Seconds(v.progress.Elapsed.Seconds()))
	phase := segment{text: v.progress.Phase, paint: v.style.strong}
	if v.progress.Total <= 0 {
		return v.join(plain(at+"  "), phase)
	}
	total := clock(result.Seconds(v.progress.Total.Seconds()))
	full, rest := progressBar(v.progress.Elapsed.Seconds()/v.progress.Total.Seconds(), min(40, v.width/2))
	return v.join(segment{full, v.style.good}, segment{rest, v.style.faint}, plain("  "+at+" of "+total+"  "), phase)
}
