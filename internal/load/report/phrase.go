package report

import (
	"fmt"
	"strings"
	"time"

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

// found says in words how the search for capacity ended, without the number.
func found(c *result.Capacity) string {
	switch next := nextStep(c); {
	case c.Subscribers == 0:
		return sentence("Not even the smallest load held", c.Reason)
	case c.Limited:
		return sentence("Nothing broke before the search ended", c.Reason)
	case next > 0:
		return sentence("With "+result.Count.Format(float64(next))+" the level broke", c.Reason)
	default:
		return sentence("With more the level broke", c.Reason)
	}
}

// nextStep is the smallest load that broke above the capacity, 0 if none did.
func nextStep(c *result.Capacity) int {
	for _, s := range c.Steps {
		if !s.Held && s.Subscribers > c.Subscribers {
			return s.Subscribers
		}
	}
	return 0
}

func sentence(text, reason string) string {
	if reason == "" {
		return text + "."
	}
	return text + ": " + strings.TrimSuffix(reason, ".") + "."
}
