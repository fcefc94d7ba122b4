package spelling_test

import (
	"testing"

	"github.com/atrium-rtc/atrium/internal/spelling"
	"pgregory.net/rapid"
)

func TestDistanceCountsEdits(t *testing.T) {
	tests := []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"count", "count", 0},
		{"cuont", "count", 2},
		{"coun", "count", 1},
		{"kitten", "sitting", 3},
	}
	for _, tt := range tests {
		if got := spelling.Distance(tt.a, tt.b); got != tt.want {
			t.Errorf("%q to %q: %d, want %d", tt.a, tt.b, got, tt.want)
		}
		if got := spelling.Distance(tt.b, tt.a); got != tt.want {
			t.Errorf("%q to %q: %d, want %d", tt.b, tt.a, got, tt.want)
		}
	}
}

func TestNearestKnowsItsLimit(t *testing.T) {
	names := []string{"rooms", "room", "count"}
	for word, want := range map[string]string{"rom": "room", "conut": "count", "zzzzzz": "", "rooms": "rooms"} {
		if got := spelling.Nearest(word, names, 2); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}

// Distance is a metric, which catches what examples do not.
func TestDistanceIsAMetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-c_.]{0,8}`)
		a, b, c := word.Draw(t, "a"), word.Draw(t, "b"), word.Draw(t, "c")
		ab, ba := spelling.Distance(a, b), spelling.Distance(b, a)
		if ab != ba || (ab == 0) != (a == b) || spelling.Distance(a, c) > ab+spelling.Distance(b, c) {
			t.Fatalf("distances %d %d of %q %q %q", ab, ba, a, b, c)
		}
	})
}
