//go:build !race

package sfu_test

// usualSeeds is how often each scenario is played, each time with another format.
const usualSeeds = 3
