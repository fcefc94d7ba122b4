package scenario

import (
	"strings"

	"github.com/atrium-rtc/atrium/internal/spelling"
)

// suggest returns `; did you mean "count"?` for the candidate that looks most
// like name, or else what the candidates are.
func suggest(name string, candidates []string) string {
	best := spelling.Nearest(strings.ToLower(name), candidates, max(2, len(name)/3))
	switch {
	case best != "":
		return `; did you mean "` + best + `"?`
	case len(candidates) == 0:
		return "; there is none"
	}
	return "; there is " + strings.Join(candidates, ", ")
}
