package document

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// ReplacePart returns a text with the part between the marks
//
//	<!-- name: begin -->
//	<!-- name: end -->
//
// replaced.
func ReplacePart(text, name, content string) (string, error) {
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

// WritePart replaces a part of a file, and makes the file of the skeleton if
// there is none.
func WritePart(file, skeleton, name, content string) error {
	text, err := os.ReadFile(file)
	switch {
	case errors.Is(err, os.ErrNotExist):
		text = []byte(skeleton)
	case err != nil:
		return err
	}
	changed, err := ReplacePart(string(text), name, content)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return os.WriteFile(file, []byte(changed), 0o644) //nolint:gosec // documentation
}

// WriteFigure writes a figure as images/name beside a Markdown file and returns
// its name as the file says it.
func WriteFigure(markdown, name, svg string) (string, error) {
	name = "images/" + name
	file := filepath.Join(filepath.Dir(markdown), filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil { //nolint:gosec // documentation
		return "", err
	}
	return name, os.WriteFile(file, []byte(svg), 0o644) //nolint:gosec // documentation
}
