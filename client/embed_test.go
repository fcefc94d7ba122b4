package client_test

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/client"
)

func TestIndexStandsAtTheRoot(t *testing.T) {
	page, err := fs.ReadFile(client.Web(), "index.html")
	if err != nil {
		t.Fatalf("read index.html: %v", err)
	}
	if !strings.HasPrefix(string(page), "<!doctype html>") {
		t.Errorf("index.html starts with %.40q, want a doctype", page)
	}
}

func TestTheLibrariesStandBesideThePage(t *testing.T) {
	for _, name := range []string{"atrium.js", "KurentoRoom.js", "app.js", "style.css", "icon.svg"} {
		if _, err := fs.Stat(client.Web(), name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The server sends script-src 'self' and style-src 'self': anything inline would silently not run.
func TestPageNeedsNothingInlineAndNothingForeign(t *testing.T) {
	forbidden := map[string]*regexp.Regexp{
		"an inline script":         regexp.MustCompile(`<script(?:\s+type="[^"]*")?>`),
		"an inline style element":  regexp.MustCompile(`<style`),
		"a style attribute":        regexp.MustCompile(`\sstyle="`),
		"an event attribute":       regexp.MustCompile(`\son[a-z]+="`),
		"a file of another origin": regexp.MustCompile(`(?:src|href)="(?:https?:)?//`),
		"text parsed as HTML":      regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write`),
	}
	err := fs.WalkDir(client.Web(), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(client.Web(), path)
		if err != nil {
			return err
		}
		for what, pattern := range forbidden {
			if found := pattern.Find(text); found != nil {
				t.Errorf("%s holds %s: %q", path, what, found)
			}
		}

		return nil
	})
	if err != nil {
		t.Fatalf("walk the page: %v", err)
	}
}

// Every module and asset the page names must be embedded, or it is a blank page in production only.
func TestEveryReferenceResolves(t *testing.T) {
	reference := regexp.MustCompile(`(?:src|href)="\./([^"#?]+)"|from '\./([^']+)'`)
	files, err := fs.Glob(client.Web(), "*.*")
	if err != nil {
		t.Fatalf("list the page: %v", err)
	}
	for _, name := range files {
		text, err := fs.ReadFile(client.Web(), name)
		if err != nil {
			t.Fatalf("read %s: %v", name, err)
		}
		for _, match := range reference.FindAllStringSubmatch(string(text), -1) {
			target := match[1] + match[2]
			if _, err := fs.Stat(client.Web(), target); err != nil {
				t.Errorf("%s names %s: %v", name, target, err)
			}
		}
	}
}
