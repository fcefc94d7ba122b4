package tracing

import (
	"strings"
	"testing"
)

const example = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" // of the specification

func TestParentsAreReadAsTheSpecificationSays(t *testing.T) {
	for header, want := range map[string]bool{
		example:                        true,
		"00" + strings.Repeat("-", 53): false,
		example + "-more":              false, // version 00 has no more
		"cc" + example[2:]:             true,  // a later version
		"cc" + example[2:] + "-more":   true,
		"cc" + example[2:] + "more":    false,
		"ff" + example[2:]:             false,
		strings.ToUpper(example):       false,
		example[:54]:                   false,
		"":                             false,
		"00-" + strings.Repeat("0", 32) + example[35:]:        false,
		example[:36] + strings.Repeat("0", 16) + example[52:]: false,
		strings.Replace(example, "4", "g", 1):                 false,
		strings.Replace(example, "-01", "-1x", 1):             false,
	} {
		p := ParseParent(header)
		if got := p != nil && p.sampled; got != want {
			t.Errorf("%q: %t, want %t", header, got, want)
		}
	}
	p := ParseParent(example)
	if p.trace.String() != "4bf92f3577b34da6a3ce929d0e0e4736" || p.span.String() != "00f067aa0ba902b7" {
		t.Errorf("read %v %v", p.trace, p.span)
	}
	if p := ParseParent(example[:53] + "fe"); p == nil || p.sampled {
		t.Errorf("flags fe: %+v, want one that is not sampled", p)
	}
}

func FuzzParseParent(f *testing.F) {
	f.Add(example)
	f.Add("cc" + example[2:] + "-what-the-future-brings")
	f.Add("00-----------------------------------------------------")
	f.Fuzz(func(t *testing.T, header string) {
		p := ParseParent(header)
		if p == nil {
			return
		}
		if again := header[:2] + "-" + p.trace.String() + "-" + p.span.String(); !strings.HasPrefix(header, again+"-") {
			t.Errorf("%q was read as %q", header, again)
		}
	})
}
