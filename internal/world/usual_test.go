//go:build !race

package world_test

// usual reports whether a family is played in each run of the tests.
func usual(string) bool { return true }
