package arch

import (
	"cmp"
	"slices"
)

// rule finds its violations in a module.
type rule func(*Module) []Violation

// rules returns all rules.
func rules() []rule {
	return []rule{
		checkLevels, checkExclusive, checkCgo, checkSleep, checkInit, checkFileNames, checkStory,
	}
}

// Check applies all rules and returns the violations by place.
func Check(m *Module) []Violation {
	var found []Violation
	for _, check := range rules() {
		found = append(found, check(m)...)
	}
	slices.SortFunc(found, func(a, b Violation) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Rule, b.Rule))
	})
	return found
}
