package scenario

import "slices"

// checkInstruction finds what is wrong with one instruction by itself.
func (s *Scenario) checkInstruction(path string, in Instruction) Problems {
	if _, known := useOf(in.Verb); !known {
		return Problems{s.problem(path, "%q is not one of %v", in.Verb, verbNames())}
	}
	verb := below(path, string(in.Verb))
	var found Problems
	report := func(wrong bool, path, format string, args ...any) {
		if wrong {
			found = append(found, s.problem(path, format, args...))
		}
	}
	for _, name := range in.Who {
		if name != Everybody && !slices.Contains(s.groupNames(), name) {
			report(true, verb, "there is no group %q%s", name, suggest(name, append(s.groupNames(), Everybody)))
		}
	}
	report(in.Share > 0 && in.Count > 0, below(path, "count"), "stands beside share: use one of them")
	report(in.Every > 0 && in.For > in.Every, below(path, "for"), "%s is longer than every %s", formatDuration(in.For), formatDuration(in.Every))
	report(in.Every > 0 && in.Over > in.Every, below(path, "over"), "%s is longer than every %s", formatDuration(in.Over), formatDuration(in.Every))
	switch in.Verb {
	case VerbJoin:
		report(in.Over > 0 && in.Rate > 0, below(path, "rate"), "stands beside over: use one of them")
	case VerbChurn:
		report(in.Rate > 0 && in.Stay > 0, below(path, "stay"), "stands beside rate: one follows from the other, use one of them")
		report(in.Rate == 0 && in.Stay == 0, verb, "is missing a rate such as 2/s, or how long each stays")
	case VerbLayer:
		found = append(found, s.checkLayers(path, in)...)
	case VerbNetwork:
		report(len(in.To) != 1, below(path, "to"), "takes the name of one network%s", suggest("", s.networkNames()))
		if len(in.To) == 1 && !slices.Contains(s.networkNames(), in.To[0]) {
			report(true, below(path, "to"), "there is no network %q%s", in.To[0], suggest(in.To[0], s.networkNames()))
		}
	case VerbReadSlowly:
		report(s.origins.file != "" && !s.given(below(path, "speed")), verb, "is missing a speed such as 100B/s")
	}
	return found
}

func (s *Scenario) checkLayers(path string, in Instruction) Problems {
	var found Problems
	for _, name := range in.To {
		if _, err := parseLayer(name); err != nil {
			found = append(found, s.problem(below(path, "to"), "%v", err))
		}
	}
	if len(in.To) == 0 {
		found = append(found, s.problem(below(path, "layer"), "is missing to: low, middle, high or auto"))
	}
	if len(in.To) > 1 && in.Every == 0 {
		found = append(found, s.problem(below(path, "to"), "is a list, which needs every to go through it"))
	}
	return found
}

func (s *Scenario) groupNames() []string {
	var names []string
	for _, g := range s.Groups {
		names = append(names, g.Name)
	}
	return names
}
