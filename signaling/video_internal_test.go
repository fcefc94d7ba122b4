package signaling

import "testing"

func TestPausesAreExplainedInRoundNumbers(t *testing.T) {
	for estimate, want := range map[int64]string{
		-1:            "paused: your connection does not carry it",
		0:             "paused: your connection does not carry it",
		1:             "paused: your connection carries less than 10 kbit/s",
		9_999:         "paused: your connection carries less than 10 kbit/s",
		10_000:        "paused: your connection carries about 10 kbit/s",
		184_999:       "paused: your connection carries about 180 kbit/s",
		994_999:       "paused: your connection carries about 990 kbit/s",
		995_000:       "paused: your connection carries about 1.0 Mbit/s",
		2_450_000_000: "paused: your connection carries about 2450.0 Mbit/s",
	} {
		if got := pausedText(estimate); got != want {
			t.Errorf("%d: %q, want %q", estimate, got, want)
		}
	}
}
