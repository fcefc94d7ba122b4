package result

import (
	"fmt"
	"strconv"
	"strings"
)

// suffix is a unit as people type it. Powers of ten are applied to the decimal
// text before it becomes binary: 99.9% is exactly the double of 0.999, which a
// division by 100 would miss.
type suffix struct {
	text   string
	ten    int     // power of ten
	factor float64 // exact in binary
}

// suffixes lists how bounds of a unit may be written; the first is the one to
// advise.
func (u Unit) suffixes() []suffix {
	switch u {
	case Share:
		return []suffix{{"%", -2, 1}, {"", 0, 1}}
	case Millisecond:
		return []suffix{{"ms", 0, 1}, {"s", 3, 1}, {"us", -3, 1}, {"µs", -3, 1}}
	case Microsecond:
		return []suffix{{"us", 0, 1}, {"µs", 0, 1}, {"ms", 3, 1}, {"s", 6, 1}}
	case Octet:
		return []suffix{
			{"MiB", 0, 1 << 20},
			{"GiB", 0, 1 << 30},
			{"KiB", 0, 1 << 10},
			{"MB", 6, 1},
			{"GB", 9, 1},
			{"kB", 3, 1},
			{"B", 0, 1},
		}
	case Core:
		return []suffix{{"cores", 0, 1}, {"core", 0, 1}, {"", 0, 1}}
	case PerMinute:
		return []suffix{{"", 0, 1}, {"/min", 0, 1}}
	case BitPerSecond:
		return []suffix{{"Mbit/s", 6, 1}, {"Gbit/s", 9, 1}, {"kbit/s", 3, 1}, {"bit/s", 0, 1}}
	default:
		return []suffix{{"", 0, 1}}
	}
}

// parseValue reads a bound: digits, perhaps a decimal point, and a suffix of the
// unit. Zero needs no suffix.
func parseValue(text string, unit Unit) (float64, error) {
	end := len(text) - len(strings.TrimLeft(text, "0123456789."))
	number, written := text[:end], strings.TrimSpace(text[end:])
	plain, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is no number; write it like %s", text, example(unit))
	}
	if plain == 0 && written == "" {
		return 0, nil
	}
	for _, s := range unit.suffixes() {
		if s.text != written {
			continue
		}
		if unit == Share && s.text == "" && plain > 1 {
			return 0, fmt.Errorf("a share of %s is more than everything: write %s%%", number, number)
		}
		v, err := strconv.ParseFloat(number+"e"+strconv.Itoa(s.ten), 64)
		if err != nil {
			return 0, fmt.Errorf("%q is out of range", text)
		}
		return v * s.factor, nil
	}
	return 0, fmt.Errorf("%q has the wrong unit; write it like %s", text, example(unit))
}

// example is a bound in each way that the unit may be written.
func example(unit Unit) string {
	var ways []string
	for _, s := range unit.suffixes() {
		number := "50"
		if unit == Share && s.text == "" {
			number = "0.5"
		}
		ways = append(ways, number+s.text)
	}
	return strings.Join(ways, ", ")
}
