package docstest

import (
	"os"
	"strings"
	"testing"
)

// Hold fails the test unless file has each of the blocks, by name, between the
// comments that carry the name. With update set it writes them instead.
func Hold(t *testing.T, file string, update bool, blocks map[string]string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for name, block := range blocks {
		replaced, ok := replace(text, name, block)
		if !ok {
			t.Fatalf("%s has no comments %q and %q", file, opening(name), closing(name))
		}
		text = replaced
	}
	if text == string(data) {
		return
	}
	if !update {
		t.Fatalf("%s is not what the code says; run: make docs", file)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil { //nolint:gosec // documentation is for everybody
		t.Fatal(err)
	}
}

func opening(name string) string { return "<!-- " + name + ": begin -->\n" }
func closing(name string) string { return "<!-- " + name + ": end -->" }

func replace(text, name, block string) (string, bool) {
	before, rest, begins := strings.Cut(text, opening(name))
	_, after, ends := strings.Cut(rest, closing(name))
	return before + opening(name) + block + closing(name) + after, begins && ends
}
