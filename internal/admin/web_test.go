package admin

import (
	"io/fs"
	"path"
	"regexp"
	"testing"
)

// The page's policy has no place for anything inline or foreign, and text of
// strangers must not become markup.
func TestThePageNeedsNothingInlineAndNothingForeign(t *testing.T) {
	forbidden := map[string]*regexp.Regexp{
		"an inline script":         regexp.MustCompile(`<script(?:\s+type="[^"]*")?>`),
		"an inline style element":  regexp.MustCompile(`<style`),
		"a style attribute":        regexp.MustCompile(`\sstyle="`),
		"an event attribute":       regexp.MustCompile(`\son[a-z]+="`),
		"a file of another origin": regexp.MustCompile(`(?:src|href)="(?:https?:)?//`),
		"text parsed as HTML":      regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser`),
	}
	reference := regexp.MustCompile(`(?:src|href)="\./([^"#?]+)"|from '\./([^']+)'`)
	files, err := fs.Glob(web(), "*")
	if err != nil || len(files) < 5 {
		t.Fatalf("%v %v", files, err)
	}
	for _, name := range files {
		text, err := fs.ReadFile(web(), name)
		if err != nil {
			t.Fatal(err)
		}
		for what, pattern := range forbidden {
			if found := pattern.Find(text); found != nil {
				t.Errorf("%s holds %s: %q", name, what, found)
			}
		}
		for _, match := range reference.FindAllStringSubmatch(string(text), -1) {
			target := match[1] + match[2]
			if _, err := fs.Stat(web(), path.Clean(target)); err != nil {
				t.Errorf("%s names %s: %v", name, target, err)
			}
		}
	}
}
