//go:build race

package world_test

// usual reports whether a family is played in each run of the tests: under the race
// detector, which makes a world ten times slower, those that have most kinds of
// events.
func usual(family string) bool { return family == "move" || family == "takeover" || family == "lie" }
