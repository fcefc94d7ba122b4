package render

import (
	"fmt"
	"math"
	"strings"

	"github.com/atrium-rtc/atrium/internal/dashboards"
)

// verdictColor is the color of a number by what its limits say.
func verdictColor(v dashboards.Verdict) string {
	return map[dashboards.Verdict]string{
		dashboards.Unjudged: "#5794F2", dashboards.Good: "#73BF69", dashboards.Doubtful: "#FF9830", dashboards.Bad: "#F2495C",
	}[v]
}

// tile draws one large number over the line of its past.
func tile(p dashboards.Panel, a Answers, s span, width, height float64) string {
	all := curves(p, a)
	if len(all) == 0 {
		return empty(p)
	}
	v, ok := all[0].Last()
	if !ok {
		return empty(p)
	}
	tone := verdictColor(p.Limits.Judge(v))
	var b strings.Builder
	fmt.Fprintf(&b, `<div class="number" style="color:%s">%s</div>`, tone, number(v, p.Unit))
	f := frame{left: 0, top: 2, right: width, bottom: height * 0.38, span: s}
	low, high := math.Inf(1), math.Inf(-1)
	tops := values(all[:1], false)
	for _, v := range tops[0] {
		if !math.IsNaN(v) {
			low, high = min(low, v), max(high, v)
		}
	}
	if high <= low {
		high = low + 1
	}
	f.low, f.high = low, high
	fmt.Fprintf(&b, `<svg class="spark" width="%.0f" height="%.0f">`, width, f.bottom)
	line := all[0]
	line.color = tone
	draw(&b, f, line, tops[0], true)
	b.WriteString(`</svg>`)
	return b.String()
}
