package watch

import (
	"testing"

	"github.com/atrium-rtc/atrium/internal/load/stamp"
)

func TestTallyCountsBetweenFirstAndLast(t *testing.T) {
	tests := []struct {
		name   string
		stamps []stamp.Stamp
		want   uint64
	}{
		{"in order", []stamp.Stamp{{Number: 5}, {Number: 6}, {Number: 7}}, 3},
		{"with holes", []stamp.Stamp{{Number: 5}, {Number: 9}}, 5},
		{"twice", []stamp.Stamp{{Number: 5}, {Number: 5}, {Number: 6}, {Number: 5}}, 2},
		{"before the first", []stamp.Stamp{{Number: 5}, {Number: 3}, {Number: 6}}, 4},
		{"another layer", []stamp.Stamp{{Number: 5}, {Number: 900, Layer: 1}, {Number: 902, Layer: 1}}, 4},
		{"another publisher", []stamp.Stamp{{Number: 5}, {Number: 900, Source: 1}, {Number: 901, Source: 1}}, 3},
		{"begun anew", []stamp.Stamp{{Number: 50_000}, {Number: 0}, {Number: 1}}, 3},
		{"a jump that is none", []stamp.Stamp{{Number: 5}, {Number: 4_000_000_000}, {Number: 4_000_000_001}}, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var count tally
			for i := range tt.stamps {
				count.follow(&tt.stamps[i])
			}
			if count.expected != tt.want {
				t.Errorf("%d expected, want %d", count.expected, tt.want)
			}
		})
	}
}

func TestTallyExtendsOnlyItsRun(t *testing.T) {
	var count tally
	if count.extend(&stamp.Stamp{Number: 1}) {
		t.Error("extended a run that has not begun")
	}
	count.follow(&stamp.Stamp{Number: 1})
	count.extend(&stamp.Stamp{Number: 9, Layer: 1})
	if !count.extend(&stamp.Stamp{Number: 4}) || count.expected != 4 {
		t.Errorf("%d expected, want 4", count.expected)
	}
	count.end()
	count.follow(&stamp.Stamp{Number: 4})
	if count.expected != 5 {
		t.Errorf("%d expected, want one more", count.expected)
	}
}
