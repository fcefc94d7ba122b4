package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// The parts of the Markdown file that this program writes. What stands between
// the marks of one is replaced; all else stays.
const (
	measuredPart = "measured"
	curvesPart   = "curves"
)

// replacePart returns a text with the part between the marks
//
//	<!-- name: begin -->
//	<!-- name: end -->
//
// replaced.
func replacePart(text, name, content string) (string, error) {
	begin, end := "<!-- "+name+": begin -->\n", "<!-- "+name+": end -->"
	before, rest, ok := strings.Cut(text, begin)
	if !ok {
		return "", fmt.Errorf("no %q", strings.TrimSpace(begin))
	}
	_, after, ok := strings.Cut(rest, end)
	if !ok {
		return "", fmt.Errorf("no %q behind its beginning", end)
	}
	return before + begin + content + end + after, nil
}

// writePart replaces a part of a file, and makes the file if there is none.
func writePart(file, name, content string) error {
	text, err := os.ReadFile(file)
	switch {
	case errors.Is(err, os.ErrNotExist):
		text = []byte(skeleton)
	case err != nil:
		return err
	}
	changed, err := replacePart(string(text), name, content)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return os.WriteFile(file, []byte(changed), 0o644) //nolint:gosec // documentation
}

// skeleton is a file with nothing but the parts.
const skeleton = "# What a forwarded packet costs\n\n" +
	"<!-- " + measuredPart + ": begin -->\n<!-- " + measuredPart + ": end -->\n\n" +
	"<!-- " + curvesPart + ": begin -->\n<!-- " + curvesPart + ": end -->\n"
