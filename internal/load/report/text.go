package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

// textWidth is the number of columns that the table keeps to.
const textWidth = 100

// Text writes the table at the end of a run, what matters most first, for a
// terminal or log of 100 columns.
func Text(w io.Writer, run *result.Run, style Style) error {
	t := &table{run: run, style: style}
	for _, section := range []func(){
		t.title, t.warnings, t.verdicts, t.capacity, t.notes, t.figures, t.groups, t.usage, t.errors, t.clients,
	} {
		section()
	}
	if _, err := io.WriteString(w, t.out.String()); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return nil
}

// table collects the text of one run.
type table struct {
	run   *result.Run
	style Style
	out   strings.Builder
}

// line writes words, broken at 100 columns and continued below their beginning.
func (t *table) line(indent string, paint func(string) string, text string) {
	first := true
	for _, l := range wrap(printable(text), textWidth-len([]rune(indent))) {
		if !first {
			indent = strings.Repeat(" ", len([]rune(indent)))
		}
		first = false
		if paint != nil {
			l = paint(indent + l)
		} else {
			l = indent + l
		}
		t.out.WriteString(l + "\n")
	}
}

func (t *table) heading(text string) {
	t.out.WriteString("\n" + t.style.strong(printable(text)) + "\n")
}

func (t *table) title() {
	r := t.run
	t.line("", t.style.strong, fmt.Sprintf("Load test of %s, %s", r.Target, span(r.Duration)))
	t.line("", nil, planned(&r.Planned))
	t.line("", t.style.faint, fmt.Sprintf("%s, seed %d", r.Started.Format("2006-01-02 15:04:05 MST"), r.Seed))
}

func (t *table) warnings() {
	if t.run.Stopped != "" {
		t.out.WriteByte('\n')
		t.line("!! ", t.style.bad, "ENDED EARLY: "+t.run.Stopped)
	}
	g := &t.run.Generator
	if !g.Saturated {
		return
	}
	t.out.WriteByte('\n')
	t.line("!! ", t.style.bad, "THE GENERATOR WAS SATURATED: these figures say more about it than about the server.")
	for _, reason := range g.Reasons {
		t.line("!! - ", t.style.bad, reason)
	}
}

func (t *table) verdicts() {
	if len(t.run.Verdicts) == 0 {
		return
	}
	passed, text := outcome(t.run.Verdicts)
	if passed {
		t.out.WriteString("\n" + t.style.good("PASSED") + "  " + text + "\n")
	} else {
		t.out.WriteString("\n" + t.style.bad("FAILED") + "  " + text + "\n")
	}
	g := grid{align: "lll", widest: []int{0, 44, 42}}
	for _, v := range t.run.Verdicts {
		word := cell{"met", t.style.good}
		if !v.Met {
			word = cell{"NOT MET", t.style.bad}
		}
		g.cells(word, cell{text: v.Requirement}, cell{text: v.Text})
	}
	g.write(&t.out)
}

func (t *table) capacity() {
	c := t.run.Capacity
	if c == nil {
		return
	}
	t.heading("Capacity at " + c.Level)
	least := ""
	if c.Limited {
		least = "at least "
	}
	t.line("  ", t.style.strong, least+count(c.Subscribers, "subscriber")+". "+found(c))
	g := grid{align: "rlrrrrrr"}
	g.painted(t.style.faint, "subscribers", "", "delivered", "p50", "p99", "frozen", "server CPU", "server memory")
	for _, s := range c.Steps {
		word := cell{"held", t.style.good}
		if !s.Held {
			word = cell{"broke", t.style.bad}
		}
		if s.Saturated {
			word.text += ", generator saturated"
		}
		row := []cell{{text: result.Count.Format(float64(s.Subscribers))}, word}
		for _, text := range stepFigures(&s) {
			row = append(row, cell{text: text})
		}
		g.cells(row...)
	}
	g.write(&t.out)
}

// stepFigures are what a step measured: delivered, latency p50 and p99, frozen,
// the server's CPU and memory.
func stepFigures(s *result.Step) []string {
	cpu, memory := result.Nothing, result.Nothing
	if s.ServerMemory > 0 {
		cpu, memory = result.Core.Format(s.ServerCPU), result.Octet.Format(float64(s.ServerMemory))
	}
	return []string{
		result.Share.Format(s.Delivered),
		result.Millisecond.Format(float64(s.LatencyP50)), result.Millisecond.Format(float64(s.LatencyP99)),
		result.Share.Format(s.FrozenShare), cpu, memory,
	}
}

// wrap breaks text into lines of at most width runes, at spaces where there are
// any. Spaces that are left intact stay as they were.
func wrap(text string, width int) []string {
	var lines []string
	for runes := []rune(text); ; {
		if len(runes) <= width {
			return append(lines, string(runes))
		}
		at := width
		for i := width; i > width/2; i-- {
			if runes[i] == ' ' {
				at = i
				break
			}
		}
		lines = append(lines, strings.TrimRight(string(runes[:at]), " "))
		runes = []rune(strings.TrimLeft(string(runes[at:]), " "))
	}
}
