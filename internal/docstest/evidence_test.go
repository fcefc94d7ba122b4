package docstest

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// evidence are the documents that claim something and name the test that shows it, from the root of the repository.
var evidence = []string{"docs/reliability.md", "SECURITY.md", "docs/security.md", "docs/websocket.md"}

var (
	namedTest   = regexp.MustCompile("`((?:Test|Fuzz|Benchmark)[A-Z][A-Za-z0-9_]*)(?:/[^`]*)?`")
	namedFile   = regexp.MustCompile("`((?:client|cmd|deploy|docs|internal|metrics|room|sfu|signaling)/[A-Za-z0-9_./-]+)`")
	namedTarget = regexp.MustCompile("`make ([a-z0-9-]+)[^`]*`")
	run         = regexp.MustCompile(`-run '?\^?([A-Za-z0-9_|()]+)\$?'?`)
)

// TestWhatDocumentsNameAsEvidenceExists: a test that was renamed or removed must not go on to be named as a proof.
func TestWhatDocumentsNameAsEvidenceExists(t *testing.T) {
	root := filepath.Join("..", "..")
	tests := declaredTests(t, root)
	makefile := read(t, filepath.Join(root, "Makefile"))
	for _, document := range evidence {
		text := read(t, filepath.Join(root, document))
		found := 0
		for _, match := range namedTest.FindAllStringSubmatch(text, -1) {
			found++
			if !tests[match[1]] {
				t.Errorf("%s names %s, which is no test", document, match[1])
			}
		}
		for _, match := range run.FindAllStringSubmatch(text, -1) {
			for _, pattern := range strings.FieldsFunc(match[1], func(r rune) bool { return strings.ContainsRune("|()", r) }) {
				if !matches(tests, pattern) {
					t.Errorf("%s runs %s, which no test is called", document, pattern)
				}
			}
		}
		for _, match := range namedFile.FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join(root, match[1])); err != nil {
				t.Errorf("%s names %s, which does not exist", document, match[1])
			}
		}
		for _, match := range namedTarget.FindAllStringSubmatch(text, -1) {
			if !regexp.MustCompile(`(?m)^([a-z0-9-]+ )*` + match[1] + `( [a-z0-9-]+)*:`).MatchString(makefile) {
				t.Errorf("%s names make %s, which the Makefile does not have", document, match[1])
			}
		}
		if found == 0 {
			t.Errorf("%s names no test at all", document)
		}
	}
}

func matches(tests map[string]bool, pattern string) bool {
	for name := range tests {
		if strings.Contains(name, pattern) {
			return true
		}
	}
	return false
}

// declaredTests returns the functions of all Go test files that go test runs.
func declaredTests(t *testing.T, root string) map[string]bool {
	t.Helper()
	declaration := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)[A-Z][A-Za-z0-9_]*)\(`)
	found := make(map[string]bool)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains([]string{"node_modules", ".git", "testdata"}, entry.Name()):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		for _, match := range declaration.FindAllStringSubmatch(read(t, path), -1) {
			found[match[1]] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
