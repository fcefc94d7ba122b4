//go:build race

package sfu_test

import (
	"os"
	"testing"
)

// usualSeeds: with the race detector everything takes ten times as long.
const usualSeeds = 1

// usualStride plays every fourth scenario; the night plays all (make race-nightly).
const usualStride = 4

// slowUnderRace leaves a simulation that repeats what others show of races to the night.
func slowUnderRace(t *testing.T) {
	if os.Getenv("ATRIUM_NIGHTLY") == "" {
		t.Skip("slow under the race detector: set ATRIUM_NIGHTLY=1 (make race-nightly)")
	}
}
