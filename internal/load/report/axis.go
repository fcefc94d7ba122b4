package report

import (
	"math"
	"strconv"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

// axis maps values to positions between 0, its beginning, and 1, its end.
type axis struct {
	low, high   float64
	logarithmic bool
	unit        string // of the numbers at the ticks: "ms"; empty for plain counts
	note        string // what a reader must know not to be misled
	ticks       []tick
}

// tick is a labelled place on an axis.
type tick struct {
	At    float64 // 0 to 1
	Label string
}

// at returns the position of v. Values beyond the ends stay on them.
func (a *axis) at(v float64) float64 {
	low, high := a.low, a.high
	if a.logarithmic {
		low, high, v = math.Log(low), math.Log(high), math.Log(max(v, a.low))
	}
	if high <= low {
		return 0
	}
	return min(max((v-low)/(high-low), 0), 1)
}

// mark adds a tick.
func (a *axis) mark(v float64, label string) {
	a.ticks = append(a.ticks, tick{a.at(v), label})
}

// niceStep is the smallest of 1, 2 and 5 times a power of ten that divides span
// into at most most parts.
func niceStep(span float64, most int) float64 {
	raw := span / float64(most)
	power := math.Pow(10, math.Floor(math.Log10(raw)))
	const slack = 1 + 1e-9
	for _, f := range []float64{1, 2, 5} {
		if raw <= f*power*slack {
			return f * power
		}
	}
	return 10 * power
}

// linearAxis reaches from low, which is 0 or below, to high or the next nice
// number above. Ticks are written in the multiple of the unit that suits high.
func linearAxis(low, high float64, unit result.Unit) axis {
	const parts = 5
	if unit == result.Count {
		high = max(high, parts-1) // whole numbers at the ticks
	}
	if high <= low {
		high = low + 1
	}
	factor, suffix := unit.Scale(high)
	step := niceStep((high-low)/factor, parts)
	if unit == result.Count {
		step = max(step, 1)
	}
	first, last := math.Floor(low/factor/step), math.Ceil(high/factor/step)
	a := axis{low: first * step * factor, high: last * step * factor, unit: trimSpace(suffix)}
	for i := first; i <= last; i++ {
		a.mark(i*step*factor, tickNumber(i*step, step))
	}
	return a
}

// logAxis is for values whose ordinary part would lie flat below the peaks of a
// linear one. Its ticks are powers of ten, and 2 and 5 times them when these are
// few.
func logAxis(low, high float64, unit result.Unit) axis {
	var places []float64
	for e := math.Floor(math.Log10(low)); len(places) == 0 || places[len(places)-1] < high; e++ {
		for _, f := range []float64{1, 2, 5} {
			places = append(places, f*math.Pow(10, e))
		}
	}
	for len(places) > 2 && places[1] <= low {
		places = places[1:]
	}
	for len(places) > 2 && places[len(places)-2] >= high {
		places = places[:len(places)-1]
	}
	_, suffix := unit.Scale(0)
	a := axis{
		low: places[0], high: places[len(places)-1], logarithmic: true, note: "logarithmic axis", unit: trimSpace(suffix),
	}
	const most = 10
	for _, v := range places {
		if power := math.Log10(v); len(places) <= most || math.Abs(power-math.Round(power)) < 1e-9 {
			a.mark(v, tickNumber(v, v))
		}
	}
	return a
}

// deliveredAxis ends at 100 % and begins as close below as the lowest value
// allows, which it says.
func deliveredAxis(lowest float64) axis {
	a := axis{high: 1, unit: "%"}
	for _, begin := range []float64{0.99, 0.98, 0.95, 0.9, 0.8, 0.5, 0} {
		a.low = begin
		if lowest >= begin {
			break
		}
	}
	const parts = 4
	step := (a.high - a.low) * 100 / parts
	if a.low > 0 {
		a.note = "axis begins at " + strconv.FormatFloat(a.low*100, 'f', -1, 64) + " %"
	}
	for i := range parts + 1 {
		percent := a.low*100 + float64(i)*step
		a.mark(percent/100, tickNumber(percent, step))
	}
	return a
}

// timeAxis reaches over the run, with ticks at round times.
func timeAxis(end result.Seconds) axis {
	a := axis{high: max(float64(end), 1)}
	const parts = 6
	step := 86400.0
	for _, s := range []float64{1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400} {
		if a.high/s <= parts {
			step = s
			break
		}
	}
	for v := 0.0; v <= a.high; v += step {
		a.mark(v, clock(result.Seconds(v)))
	}
	return a
}

// tickNumber writes v with the decimals that a step needs.
func tickNumber(v, step float64) string {
	decimals := 0
	for s := step; decimals < 6 && math.Abs(s-math.Round(s)) > 1e-6; s *= 10 {
		decimals++
	}
	if v > -1e-9 && v < 0 {
		v = 0
	}
	text := strconv.FormatFloat(math.Abs(v), 'f', decimals, 64)
	if decimals == 0 {
		text = result.Count.Format(math.Round(math.Abs(v)))
	}
	return text
}

func trimSpace(suffix string) string {
	if suffix != "" && suffix[0] == ' ' {
		return suffix[1:]
	}
	return suffix
}
