package config

import (
	"strings"

	"github.com/atrium-rtc/atrium/internal/spelling"
)

// suggest returns `; did you mean "media.port"?` for the candidate that looks
// most like name, or nothing when none does.
func suggest(name string, candidates []string) string {
	best := spelling.Nearest(name, candidates, max(2, len(name)/4))
	if best == "" {
		best = sameWord(name, candidates)
	}
	if best == "" {
		return ""
	}
	return `; did you mean "` + best + `"?`
}

// sameWord returns the only candidate whose last part is that of name: the
// right key in the wrong section.
func sameWord(name string, candidates []string) string {
	found := ""
	for _, candidate := range candidates {
		if lastPart(candidate) != lastPart(name) {
			continue
		}
		if found != "" {
			return ""
		}
		found = candidate
	}
	return found
}

func lastPart(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }
