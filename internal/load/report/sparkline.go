package report

import (
	"math"
	"strings"
)

// sparkline draws values as a row of blocks, as high as their share of the
// largest. NaN is a gap.
func sparkline(values []float64) string {
	blocks := []rune("▁▂▃▄▅▆▇█")
	var top float64
	for _, v := range values {
		if v > top { // false for NaN
			top = v
		}
	}
	var b strings.Builder
	for _, v := range values {
		switch {
		case math.IsNaN(v):
			b.WriteByte(' ')
		case top == 0 || v <= 0:
			b.WriteRune(blocks[0])
		default:
			b.WriteRune(blocks[min(int(v/top*float64(len(blocks))), len(blocks)-1)])
		}
	}
	return b.String()
}

// progressBar draws a share of done, 0 to 1, in width columns.
func progressBar(done float64, width int) (full, rest string) {
	n := int(math.Round(min(max(done, 0), 1) * float64(width)))
	return strings.Repeat("━", n), strings.Repeat("─", width-n)
}
