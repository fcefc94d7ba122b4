package result

import (
	"math"
	"strconv"
)

// Unit is what a figure counts. Reports write every figure through its unit, so
// that the table, the page and the verdicts agree to the digit.
type Unit int

// The units of a Run's figures.
const (
	Count        Unit = iota
	Share             // 0 to 1; people read per cent
	Millisecond       // from a second on people read seconds
	Microsecond       // from a thousand on people read milliseconds
	PerMinute         // events
	Core              // of CPU time: 1 is one core, always busy
	Octet             // people read KiB, MiB, GiB
	BitPerSecond      // people read kbit/s, Mbit/s, Gbit/s
)

// Nothing stands where there is no figure.
const Nothing = "–"

// Format writes v with about three digits and its unit: "99.98 %", "12.3 ms",
// "1.21 GiB". A share that is not whole never reads as 0 % or 100 %.
func (u Unit) Format(v float64) string { return u.format(v, 0) }

// formatAgainst writes v with as many more digits as it takes to tell it from
// the bound that it is compared with: 99.896 % must not read as 99.90 % when
// 99.9 % was required.
func (u Unit) formatAgainst(v, bound float64) string {
	const most = 9
	text := u.Format(v)
	for extra := 1; extra <= most && v != bound && text == u.format(bound, extra-1); extra++ {
		text = u.format(v, extra)
	}
	return text
}

// format writes v with extra more decimals than it needs.
func (u Unit) format(v float64, extra int) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return Nothing
	}
	if u == Share {
		return formatShare(v, extra)
	}
	if u == Count && v == math.Trunc(v) {
		return group(strconv.FormatFloat(v, 'f', 0, 64))
	}
	scaled, suffix := u.Scale(v)
	return formatNumber(v/scaled, extra) + suffix
}

// Scale is the multiple of the unit in which a figure as large as v is best
// read, and how it is written behind the number: for 1500 ms, 1000 and " s".
func (u Unit) Scale(v float64) (factor float64, suffix string) {
	switch u {
	case Share:
		return 0.01, " %"
	case Millisecond:
		return pick(v, 1000, " ms", " s")
	case Microsecond:
		return pick(v, 1000, " µs", " ms", " s")
	case PerMinute:
		return 1, "/min"
	case Core:
		return 1, " cores"
	case Octet:
		return pick(v, 1024, " B", " KiB", " MiB", " GiB", " TiB")
	case BitPerSecond:
		return pick(v, 1000, " bit/s", " kbit/s", " Mbit/s", " Gbit/s")
	default:
		return 1, ""
	}
}

// pick climbs the suffixes as long as v fills the next one.
func pick(v, step float64, suffixes ...string) (factor float64, suffix string) {
	factor = 1
	for len(suffixes) > 1 && math.Abs(v) >= factor*step {
		factor *= step
		suffixes = suffixes[1:]
	}
	return factor, suffixes[0]
}

// formatShare gives a share as many decimals as its distance to 0 or 1 needs.
func formatShare(v float64, extra int) string {
	percent := v * 100
	const finest = 0.0001
	decimals := 2
	switch distance := min(math.Abs(percent), math.Abs(100-percent)); {
	case distance == 0:
		return strconv.FormatFloat(percent, 'f', 0, 64) + " %"
	case distance < finest && percent > 50:
		return ">99.9999 %"
	case distance < finest:
		return "<0.0001 %"
	case distance < 0.001:
		decimals = 4
	case distance < 0.01:
		decimals = 3
	}
	return strconv.FormatFloat(percent, 'f', decimals+extra, 64) + " %"
}

// formatNumber writes three significant digits, and at most two decimals.
func formatNumber(v float64, extra int) string {
	size := math.Abs(v)
	decimals := 2
	switch {
	case size == 0:
		return "0"
	case size < 0.005 && extra == 0:
		return "<0.01"
	case size >= 99.95:
		decimals = 0
	case size >= 9.995:
		decimals = 1
	}
	return group(strconv.FormatFloat(v, 'f', decimals+extra, 64))
}

// group puts a comma between thousands.
func group(number string) string {
	end := len(number)
	for i, c := range number {
		if c == '.' {
			end = i
			break
		}
	}
	start := 0
	if number[0] == '-' {
		start = 1
	}
	for i := end - 3; i > start; i -= 3 {
		number = number[:i] + "," + number[i:]
	}
	return number
}
