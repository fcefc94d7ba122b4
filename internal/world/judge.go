package world

import "testing"

// testingT is what a world needs of a test.
type testingT = testing.TB

// judge asks the oracles, when all has settled.
func (w *World) judge() {
	w.judgeOutcome()
	w.judgeThresholds()
	w.judgeLiveness()
}
