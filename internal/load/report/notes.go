package report

import (
	"fmt"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

// mostNotes is how many notes the table has room for.
const mostNotes = 8

// note is what the generator noted, when first, and how often.
type note struct {
	at    result.Seconds
	text  string
	times int
}

// notesOf collects the notes among the marks of a run. Many clients may note the
// same.
func notesOf(marks []result.Mark) []note {
	var list []note
	place := make(map[string]int)
	for _, m := range marks {
		if !m.IsNote() {
			continue
		}
		i, known := place[m.Text]
		if !known {
			i = len(list)
			place[m.Text] = i
			list = append(list, note{at: m.At, text: m.Words()})
		}
		list[i].at = min(list[i].at, m.At)
		list[i].times++
	}
	return list
}

// notes writes what one should know before reading the figures.
func (t *table) notes() {
	list := notesOf(t.run.Marks)
	if len(list) == 0 {
		return
	}
	t.heading("Notes")
	for _, n := range list[:min(mostNotes, len(list))] {
		text := n.text
		if n.times > 1 {
			text += fmt.Sprintf(" (%s times)", number(n.times))
		}
		t.line(fmt.Sprintf("  %-6s", clock(n.at)), nil, text)
	}
	if more := len(list) - mostNotes; more > 0 {
		t.line("  ", t.style.faint, "and "+count(more, "other note")+": see --json or --html")
	}
}
