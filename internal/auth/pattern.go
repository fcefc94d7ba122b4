package auth

import (
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"
)

// Bounds of a pattern. They keep matching cheap: its time is the product of both
// lengths at most.
const (
	maxPatternOctets = 256
	maxWildcards     = 8
)

var (
	errPatternLength    = errors.New("a pattern has 1 to 256 octets of UTF-8")
	errPatternEscape    = errors.New(`a pattern must not end with a single \`)
	errPatternStars     = errors.New("a pattern has no more than two * in a row")
	errPatternWildcards = errors.New("a pattern has 8 wildcards at most")
)

// Pattern is a set of names. Names are compared octet by octet, so case and the
// form of accents matter:
//
//   - any run of characters without /, or nothing
//     **   any run of characters, or nothing
//     \x   the character x itself, for \* and \\
//     x    the character x itself
//
// The whole name must match. The zero value matches no name.
type Pattern struct {
	source   string
	segments []segment
}

// segment is a wildcard, or none, and the text that follows it.
type segment struct {
	wildcard wildcard
	text     string
}

type wildcard uint8

const (
	nothing   wildcard = iota
	withinOne          // * stays between two slashes
	acrossAll          // ** passes slashes
)

// ParsePattern reads a pattern.
func ParsePattern(source string) (Pattern, error) {
	if source == "" || len(source) > maxPatternOctets || !utf8.ValidString(source) {
		return Pattern{}, errPatternLength
	}
	p := Pattern{source: source}
	current, text, wildcards := segment{}, strings.Builder{}, 0
	for rest := source; rest != ""; {
		switch {
		case strings.HasPrefix(rest, "***"):
			return Pattern{}, errPatternStars
		case rest[0] == '*':
			current.text = text.String()
			p.segments = append(p.segments, current)
			text.Reset()
			current = segment{wildcard: withinOne}
			if strings.HasPrefix(rest, "**") {
				current.wildcard, rest = acrossAll, rest[1:]
			}
			wildcards++
		case rest == `\`:
			return Pattern{}, errPatternEscape
		case rest[0] == '\\':
			rest = rest[1:]
			text.WriteByte(rest[0])
		default:
			text.WriteByte(rest[0])
		}
		rest = rest[1:]
	}
	if wildcards > maxWildcards {
		return Pattern{}, errPatternWildcards
	}
	current.text = text.String()
	p.segments = append(p.segments, current)
	return p, nil
}

// Match reports whether the name is one of the pattern's.
func (p Pattern) Match(name string) bool {
	if len(p.segments) == 0 {
		return false
	}
	// reached[i]: the segments so far can have used up name[:i].
	reached := make([]bool, len(name)+1)
	reached[0] = true
	for _, s := range p.segments {
		reached = s.advance(reached, name)
	}
	return reached[len(name)]
}

// advance returns where the name can have been used up to after this segment.
func (s segment) advance(reached []bool, name string) []bool {
	after := make([]bool, len(reached))
	open := false // a wildcard that began before is still running
	for i := range reached {
		if s.wildcard == withinOne && i > 0 && name[i-1] == '/' {
			open = false
		}
		open = open || reached[i]
		if (open && s.wildcard != nothing || reached[i]) && strings.HasPrefix(name[i:], s.text) {
			after[i+len(s.text)] = true
		}
	}
	return after
}

// String returns the pattern as it was written.
func (p Pattern) String() string { return p.source }

// EscapePattern returns the pattern that matches this name alone. Use it for
// what users typed before it becomes a part of a pattern.
func EscapePattern(name string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`).Replace(name)
}

// MarshalJSON writes the pattern as text.
func (p Pattern) MarshalJSON() ([]byte, error) { return json.Marshal(p.source) }

// UnmarshalJSON reads text.
func (p *Pattern) UnmarshalJSON(data []byte) error {
	var source string
	if err := json.Unmarshal(data, &source); err != nil {
		return err
	}
	parsed, err := ParsePattern(source)
	if err != nil {
		return err
	}
	*p = parsed
	return nil
}
