package result

import (
	"strings"

	"github.com/atrium-rtc/atrium/internal/spelling"
)

// suggest says what somebody who wrote word may have meant: the names that
// continue it, else those a few letters away, else all.
func suggest(word string, names []string) string {
	var near []string
	if word != "" {
		for _, name := range names {
			if strings.HasPrefix(name, strings.TrimSuffix(word, ".")+".") {
				near = append(near, name)
			}
		}
	}
	if near == nil {
		near = closest(word, names)
	}
	if near != nil {
		return "did you mean " + strings.Join(near, ", ") + "?"
	}
	return "there are " + strings.Join(names, ", ")
}

// closest returns the names with the fewest edits from word, if they are few.
func closest(word string, names []string) []string {
	best := min(3, (len(word)+1)/2)
	var near []string
	for _, name := range names {
		switch d := spelling.Distance(word, name); {
		case d < best:
			best, near = d, []string{name}
		case d == best:
			near = append(near, name)
		}
	}
	return near
}
