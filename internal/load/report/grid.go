package report

import (
	"strings"
	"unicode/utf8"
)

// cell is a text in a grid and how it is emphasised.
type cell struct {
	text  string
	paint func(string) string // nil: not at all
}

func (c cell) painted() string {
	if c.paint == nil {
		return c.text
	}
	return c.paint(c.text)
}

// grid aligns cells in columns.
type grid struct {
	align  string // a letter for each column: l or r
	widest []int  // runes that a column may take, 0 for any number
	rows   [][]cell
}

// row adds a row of plain texts.
func (g *grid) row(texts ...string) {
	g.painted(nil, texts...)
}

// painted adds a row whose cells are all emphasised in the same way.
func (g *grid) painted(paint func(string) string, texts ...string) {
	cells := make([]cell, len(texts))
	for i, text := range texts {
		cells[i] = cell{text, paint}
	}
	g.cells(cells...)
}

// cells adds a row.
func (g *grid) cells(row ...cell) {
	for i := range row {
		row[i].text = printable(row[i].text)
		if i < len(g.widest) && g.widest[i] > 0 {
			row[i].text = clip(row[i].text, g.widest[i])
		}
	}
	g.rows = append(g.rows, row)
}

// write prints the rows, indented by two columns, with two between them.
func (g *grid) write(b *strings.Builder) {
	widths := g.widths()
	for _, row := range g.rows {
		var gap string // is written only before a text, so that no line ends with spaces
		for i, c := range row {
			gap += "  "
			space := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c.text))
			right := i < len(g.align) && g.align[i] == 'r'
			if right {
				gap += space
			}
			if c.text != "" {
				b.WriteString(gap + c.painted())
				gap = ""
			}
			if !right {
				gap += space
			}
		}
		b.WriteByte('\n')
	}
}

// widths returns the runes in the widest cell of each column.
func (g *grid) widths() []int {
	var widths []int
	for _, row := range g.rows {
		for i, c := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(c.text))
		}
	}
	return widths
}
