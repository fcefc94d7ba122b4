package report

import (
	"strings"
	"unicode"
)

// Style says whether text on a terminal may be emphasised by colours.
type Style bool

// The styles.
const (
	Plain    Style = false
	Coloured Style = true
)

func (s Style) strong(text string) string { return s.sgr("1", text) }
func (s Style) faint(text string) string  { return s.sgr("2", text) }
func (s Style) good(text string) string   { return s.sgr("32", text) }
func (s Style) bad(text string) string    { return s.sgr("1;31", text) }
func (s Style) accent(text string) string { return s.sgr("36", text) }

// sgr wraps text in ECMA-48's "select graphic rendition".
func (s Style) sgr(code, text string) string {
	if !s || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// printable replaces what could move a terminal's cursor or change its state,
// and what turns the direction of writing: the text comes from scenarios and
// from servers.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return unicode.ReplacementChar
		default:
			return r
		}
	}, text)
}

// clip shortens text to a number of runes, and shows that it did.
func clip(text string, width int) string {
	runes := []rune(text)
	if len(runes) <= width {
		return text
	}
	if width < 1 {
		return ""
	}
	return string(runes[:width-1]) + "…"
}
