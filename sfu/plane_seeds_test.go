//go:build !race

package sfu_test

import "testing"

// usualSeeds is how often each scenario is played, each time with another format.
const usualSeeds = 3

// usualStride is how far the next scenario that is played is from the one before.
const usualStride = 1

func slowUnderRace(*testing.T) {}
