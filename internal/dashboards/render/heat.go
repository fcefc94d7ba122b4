package render

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/atrium-rtc/atrium/internal/dashboards"
)

// heat draws a histogram over time: a column for each moment, a cell for each bucket, the
// darker the more fell into it.
func heat(p dashboards.Panel, a Answers, s span, width, height float64) string {
	rows := bucketRows(a[p.Queries[0].Expr])
	if len(rows) == 0 {
		return empty(p)
	}
	most := 0.0
	for _, r := range rows {
		for _, v := range r.counts {
			most = max(most, v)
		}
	}
	if most == 0 {
		return empty(p)
	}
	f := newFrame(width, height, s)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg width="%.0f" height="%.0f">`, width, height)
	tall := (f.bottom - f.top) / float64(len(rows))
	for i, r := range rows {
		y := f.bottom - float64(i+1)*tall
		fmt.Fprintf(&b, `<text x="%.0f" y="%.1f" class="axis" text-anchor="end">%s</text>`, f.left-6, y+4+tall/2, number(r.bound, p.Unit))
		for j, v := range r.counts {
			if v <= 0 || math.IsNaN(v) {
				continue
			}
			x, next := f.x(r.points[j].At), f.right
			if j+1 < len(r.points) {
				next = f.x(r.points[j+1].At)
			}
			fmt.Fprintf(&b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="rgb(255,120,10)" fill-opacity="%.2f"/>`,
				x, y, max(1, next-x-0.5), tall-1, 0.08+0.92*math.Sqrt(v/most))
		}
	}
	f.times(&b)
	b.WriteString(`</svg>`)
	return b.String()
}

// bucketRow is one bucket: how many fell into it alone at each point.
type bucketRow struct {
	bound  float64
	points []Point
	counts []float64
}

// bucketRows takes the lower buckets out of each bucket, which counts them too.
func bucketRows(list []Series) []bucketRow {
	var rows []bucketRow
	for _, s := range list {
		bound, err := strconv.ParseFloat(s.Labels["le"], 64)
		if err != nil {
			continue
		}
		rows = append(rows, bucketRow{bound: bound, points: s.Points})
	}
	slices.SortFunc(rows, func(a, b bucketRow) int {
		if a.bound < b.bound {
			return -1
		}
		return 1
	})
	below := map[int64]float64{}
	for i := range rows {
		for _, p := range rows[i].points {
			at := p.At.UnixMilli()
			rows[i].counts = append(rows[i].counts, max(0, p.Value-below[at]))
			below[at] = p.Value
		}
	}
	return rows
}
