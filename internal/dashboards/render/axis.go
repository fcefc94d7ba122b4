package render

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/atrium-rtc/atrium/internal/dashboards"
)

// frame is the drawing area of a graph within its SVG, in pixels.
type frame struct {
	left, top, right, bottom float64
	span                     span
	low, high                float64
}

// margins around the drawing area: numbers to the left, times below.
const (
	marginLeft, marginRight, marginTop, marginBottom = 70.0, 18.0, 6.0, 20.0
)

func newFrame(width, height float64, s span) frame {
	return frame{left: marginLeft, top: marginTop, right: width - marginRight, bottom: height - marginBottom, span: s}
}

func (f frame) x(at time.Time) float64 {
	whole := f.span.to.Sub(f.span.from).Seconds()
	if whole <= 0 {
		return f.left
	}
	return f.left + (f.right-f.left)*at.Sub(f.span.from).Seconds()/whole
}

func (f frame) y(v float64) float64 {
	return f.bottom - (f.bottom-f.top)*(min(max(v, f.low), f.high)-f.low)/(f.high-f.low)
}

// fit chooses the scale: round steps over the values.
func (f *frame) fit(low, high float64, unit dashboards.Unit) (step float64) {
	if high <= low {
		high = low + 1
	}
	raw := (high - low) / 4
	whole := 1.0
	for unit == dashboards.Bytes && raw/whole >= 1024 {
		whole *= 1024
	}
	step = whole * math.Pow(10, math.Floor(math.Log10(raw/whole)))
	for _, times := range []float64{1, 2, 5, 10} {
		if step*times >= raw {
			step *= times
			break
		}
	}
	f.low, f.high = low, low+step*math.Ceil((high-low)/step)
	return step
}

// grid draws the lines and numbers of the scale, and the times.
func (f frame) grid(b *strings.Builder, step float64, unit dashboards.Unit) {
	for v := f.low; v <= f.high+step/1000; v += step {
		f.line(b, f.y(v), "grid")
		fmt.Fprintf(b, `<text x="%.0f" y="%.1f" class="axis" text-anchor="end">%s</text>`, f.left-6, f.y(v)+4, number(v, unit))
	}
	f.times(b)
}

func (f frame) line(b *strings.Builder, y float64, class string) {
	fmt.Fprintf(b, `<line x1="%.0f" x2="%.0f" y1="%.1f" y2="%.1f" class="%s"/>`, f.left, f.right, y, y, class)
}

// times are written every ten seconds, or less often where there is no room.
func (f frame) times(b *strings.Builder) {
	const apart = 50.0 // pixels
	every := 10 * time.Second
	for whole := f.span.to.Sub(f.span.from); whole > 0 && (f.right-f.left)*every.Seconds()/whole.Seconds() < apart; {
		every *= 2
	}
	for at := f.span.from; !at.After(f.span.to); at = at.Add(every) {
		since := at.Sub(f.span.from)
		fmt.Fprintf(b, `<text x="%.1f" y="%.0f" class="axis" text-anchor="middle">%d:%02d</text>`,
			f.x(at), f.bottom+15, int(since.Minutes()), int(since.Seconds())%60)
	}
}
