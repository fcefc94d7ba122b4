package docstest

import (
	"os"
	"path/filepath"
	"testing"
)

func TestUpdatedDocumentationHolds(t *testing.T) {
	file := filepath.Join(t.TempDir(), "page.md")
	before := "# Title\n<!-- a: begin -->\nold\n<!-- a: end -->\nmiddle\n<!-- b: begin -->\n<!-- b: end -->\n"
	if err := os.WriteFile(file, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	blocks := map[string]string{"a": "new\n", "b": "other\n"}
	Hold(t, file, true, blocks)
	Hold(t, file, false, blocks)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := "# Title\n<!-- a: begin -->\nnew\n<!-- a: end -->\nmiddle\n<!-- b: begin -->\nother\n<!-- b: end -->\n"
	if string(data) != want {
		t.Errorf("got\n%s", data)
	}
}

func TestReplaceNeedsBothComments(t *testing.T) {
	for _, text := range []string{"", "<!-- a: begin -->\n", "<!-- a: end -->"} {
		if _, ok := replace(text, "a", "new"); ok {
			t.Errorf("%q was taken", text)
		}
	}
}
