package report

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

// count writes a number with its noun: "1 room", "1,200 clients".
func count[T int | uint64](n T, noun string) string {
	number := result.Count.Format(float64(n))
	switch {
	case n == 1:
		return number + " " + noun
	case strings.HasSuffix(noun, "y"):
		return number + " " + strings.TrimSuffix(noun, "y") + "ies"
	default:
		return number + " " + noun + "s"
	}
}

// clock writes a time since the start: "0:07", "1:02:03".
func clock(at result.Seconds) string {
	s := int(at)
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// span writes a duration for people: "30 s", "2 min 5 s", "1 h 5 min".
func span(d result.Seconds) string {
	t := time.Duration(float64(d) * float64(time.Second)).Round(time.Second)
	h, m, s := int(t.Hours()), int(t.Minutes())%60, int(t.Seconds())%60
	var parts []string
	if h > 0 {
		parts = append(parts, fmt.Sprintf("%d h", h))
	}
	if m > 0 {
		parts = append(parts, fmt.Sprintf("%d min", m))
	}
	if h == 0 && s > 0 || len(parts) == 0 {
		parts = append(parts, fmt.Sprintf("%d s", s))
	}
	return strings.Join(parts, " ")
}

// planned says what was asked for, in a sentence without full stop.
func planned(p *result.Planned) string {
	parts := []string{
		count(p.Rooms, "room"), count(p.Clients, "client"), count(p.Publishers, "publisher"), count(p.Subscriptions, "subscription"),
	}
	text := strings.Join(parts, ", ")
	if p.Media != "" {
		text += " of " + p.Media
	}
	return text
}

// outcome says how many requirements were met: the word and the sentence.
func outcome(verdicts []result.Verdict) (passed bool, text string) {
	met := 0
	for _, v := range verdicts {
		if v.Met {
			met++
		}
	}
	switch {
	case len(verdicts) == 0:
		return true, "nothing was required"
	case len(verdicts) == 1 && met == 1:
		return true, "the requirement was met"
	case len(verdicts) == 1:
		return false, "the requirement was not met"
	case met == len(verdicts):
		return true, fmt.Sprintf("all %d requirements were met", met)
	default:
		return false, fmt.Sprintf("%d of %d requirements were not met", len(verdicts)-met, len(verdicts))
	}
}

// found says in words how the search for capacity ended, without the number: the
// search's own reason, as a sentence.
func found(c *result.Capacity) string {
	reason := []rune(strings.TrimSuffix(c.Reason, "."))
	if len(reason) == 0 {
		return ""
	}
	reason[0] = unicode.ToUpper(reason[0])
	return string(reason) + "."
}
