package scenario

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

func sortMarks(marks []Mark) {
	slices.SortStableFunc(marks, func(a, b Mark) int { return cmp.Compare(a.At, b.At) })
}

// phaseText says what begins with a phase: "rush hour: audience join over 10s".
func phaseText(s *Scenario, name string, i int, do []Instruction) string {
	if name == "" {
		name = fmt.Sprintf("phase %d", i+1)
	}
	var texts []string
	for _, in := range do {
		if in.After == 0 {
			texts = append(texts, in.describe(s))
		}
	}
	if len(texts) == 0 {
		return name
	}
	return name + ": " + strings.Join(texts, "; ")
}

// whom is "everybody" or "speakers and audience".
func (in Instruction) whom() string {
	if in.concerns(Everybody) { // no group has that name
		return Everybody
	}
	return strings.Join(in.Who, " and ")
}

// describe says what the instruction does, for people.
func (in Instruction) describe(s *Scenario) string {
	text := in.whom()
	switch {
	case in.Count > 0:
		text = fmt.Sprintf("%d of %s", in.Count, text)
	case in.Share > 0 && in.Share < 1:
		text = fmt.Sprintf("%v of %s", in.Share, text)
	}
	text += " " + in.action(s)
	if in.Over > 0 {
		text += " over " + formatDuration(in.Over)
	}
	if in.Rate > 0 && in.Verb == VerbJoin {
		text += " at " + in.Rate.String()
	}
	if in.For > 0 {
		text += " for " + formatDuration(in.For)
	}
	if in.Every > 0 {
		text += " every " + formatDuration(in.Every)
	}
	return text
}

func (in Instruction) action(s *Scenario) string {
	switch in.Verb {
	case VerbMute, VerbUnmute:
		var kinds []string
		for _, k := range in.Media.kinds() {
			kinds = append(kinds, string(k))
		}
		return string(in.Verb) + " " + strings.Join(kinds, " and ")
	case VerbChurn:
		if in.Rate > 0 {
			return fmt.Sprintf("come and go, %v", in.Rate)
		}
		return "come and go, staying " + formatDuration(in.Stay)
	case VerbLayer:
		return "ask for layer " + strings.Join(in.To, ", ")
	case VerbReadSlowly:
		return fmt.Sprintf("read %v", in.Speed)
	case VerbNetwork:
		i := slices.IndexFunc(s.Networks, func(n Network) bool { return n.Name == in.To[0] })
		if i < 0 {
			return "get the network " + Untouched
		}
		return fmt.Sprintf("get network %s (%v)", in.To[0], s.Networks[i])
	default:
		return string(in.Verb)
	}
}
