package auth_test

import (
	"path"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/atrium-rtc/atrium/internal/auth"
)

func TestPatternsMatchWholeNames(t *testing.T) {
	for _, tt := range []struct {
		pattern  string
		match    []string
		mismatch []string
	}{
		{"lecture", []string{"lecture"}, []string{"", "Lecture", "lectures", "a lecture", "lecture\n"}},
		{"lecture-*", []string{"lecture-", "lecture-1", "lecture-*"}, []string{"lecture", "lecture-1/x", "my-lecture-1"}},
		{"*", []string{"", "a", "ä*"}, []string{"/", "a/b", "a/"}},
		{"**", []string{"", "a", "a/b", "/"}, nil},
		{"acme/*", []string{"acme/", "acme/x"}, []string{"acme", "acme/x/y", "acme/../z", "emca/x"}},
		{"acme/**", []string{"acme/x", "acme/x/y"}, []string{"acme"}},
		{"*/lobby", []string{"/lobby", "a/lobby"}, []string{"a/b/lobby", "lobby"}},
		{"**/x/*", []string{"a/x/b", "x/x/x/", "/x/"}, []string{"x/b", "a/x/b/c"}},
		{"a*b*c", []string{"abc", "abbc", "a-b-c", "aXbYbc"}, []string{"ab", "acb", "abcd"}},
		{"aa*aa", []string{"aaaa", "aaxaa"}, []string{"aaa", "aa"}},
		{`\*`, []string{"*"}, []string{"a", `\*`, ""}},
		{`a\\*`, []string{`a\`, `a\b`}, []string{"ab"}},
		{`\a`, []string{"a"}, []string{`\a`}},
		{"[a-z]?.+", []string{"[a-z]?.+"}, []string{"a", "ab.+"}},
		{"ä-*", []string{"ä-ö"}, []string{"a\u0308-ö"}},
	} {
		p := must[auth.Pattern](t)(auth.ParsePattern(tt.pattern))
		for _, name := range tt.match {
			if !p.Match(name) {
				t.Errorf("%q does not match %q", tt.pattern, name)
			}
		}
		for _, name := range tt.mismatch {
			if p.Match(name) {
				t.Errorf("%q matches %q", tt.pattern, name)
			}
		}
	}
	if (auth.Pattern{}).Match("") {
		t.Error("no pattern matches something")
	}
}

func TestPatternsThatCannotBeMeantAreRefused(t *testing.T) {
	for _, pattern := range []string{"", `a\`, "***", "a****", "\xff", strings.Repeat("a", 257), strings.Repeat("*a", 9)} {
		if _, err := auth.ParsePattern(pattern); err == nil {
			t.Errorf("%q is a pattern", pattern)
		}
	}
}

func TestEscapedNamesMatchThemselvesAlone(t *testing.T) {
	name := rapid.StringMatching(`[a*/\\b]{0,12}`)
	rapid.Check(t, func(t *rapid.T) {
		escaped, other := name.Draw(t, "escaped"), name.Draw(t, "other")
		p, err := auth.ParsePattern("x" + auth.EscapePattern(escaped))
		if err != nil {
			t.Fatal(err)
		}
		if !p.Match("x" + escaped) {
			t.Error("it does not match itself")
		}
		if other != escaped && p.Match("x"+other) {
			t.Error("it matches another")
		}
	})
}

// Where path.Match has the same language it is the judge: * and text.
func TestPatternsOfOneStarAgreeWithThoseOfPaths(t *testing.T) {
	pattern := rapid.StringMatching(`(a|b|/|\*[ab/]){1,8}\*?`)
	name := rapid.StringMatching(`[ab/]{0,10}`)
	rapid.Check(t, func(t *rapid.T) {
		source, text := pattern.Draw(t, "pattern"), name.Draw(t, "name")
		p, err := auth.ParsePattern(source)
		if err != nil {
			t.Skip(err)
		}
		want, err := path.Match(source, text)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Match(text); got != want {
			t.Errorf("%v, path.Match says %v", got, want)
		}
	})
}
