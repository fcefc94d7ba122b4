package scenario

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// unit is a word behind a number and what one of it is in the base unit.
type unit struct {
	word   string
	factor float64
}

var (
	bitrateUnits   = []unit{{"Gbit/s", 1e9}, {"Mbit/s", 1e6}, {"kbit/s", 1e3}, {"bit/s", 1}}
	speedUnits     = []unit{{"MB/s", 1e6}, {"kB/s", 1e3}, {"B/s", 1}}
	frequencyUnits = []unit{{"/s", 1}, {"/min", 1.0 / 60}, {"/h", 1.0 / 3600}}
)

// parseUnit reads a number that is not negative and one of the units, with or
// without a space between them, and returns it in the base unit.
func parseUnit(text string, units []unit) (float64, bool) {
	for _, u := range units {
		number, found := strings.CutSuffix(strings.TrimSpace(text), u.word)
		if !found {
			continue
		}
		if v, ok := parseNumber(number); ok {
			return v * u.factor, true
		}
	}
	return 0, false
}

// parseNumber reads a decimal number from 0 to a million millions; the floats'
// other spellings (nan, inf, 0x1p4, 1e9) are nobody's intention.
func parseNumber(text string) (float64, bool) {
	text = strings.TrimSpace(text)
	if text == "" || strings.Trim(text, "0123456789.") != "" {
		return 0, false
	}
	v, err := strconv.ParseFloat(text, 64)
	return v, err == nil && v <= 1e12
}

func formatUnit(v float64, units []unit) string {
	for _, u := range units {
		if v >= u.factor {
			return formatNumber(v/u.factor) + " " + u.word
		}
	}
	last := units[len(units)-1]
	return formatNumber(v/last.factor) + " " + last.word
}

// formatNumber shows six digits, which hides the noise of binary fractions.
func formatNumber(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }

// Bitrate is in bit/s.
type Bitrate int

// ParseBitrate reads "500kbit/s" or "1.5 Mbit/s".
func ParseBitrate(text string) (Bitrate, error) {
	v, ok := parseUnit(text, bitrateUnits)
	if !ok {
		return 0, fmt.Errorf("%q is not a bit rate such as 500kbit/s or 1.5Mbit/s", text)
	}
	return Bitrate(math.Round(v)), nil
}

// String returns "1.5 Mbit/s".
func (b Bitrate) String() string { return formatUnit(float64(b), bitrateUnits) }

// MarshalText returns what ParseBitrate reads.
func (b Bitrate) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText is ParseBitrate.
func (b *Bitrate) UnmarshalText(text []byte) error { return parseInto(b, ParseBitrate, text) }

// Speed is in octets a second.
type Speed int

// ParseSpeed reads "100B/s" or "2 kB/s".
func ParseSpeed(text string) (Speed, error) {
	v, ok := parseUnit(text, speedUnits)
	if !ok {
		return 0, fmt.Errorf("%q is not a speed such as 100B/s or 2kB/s", text)
	}
	return Speed(math.Round(v)), nil
}

// String returns "2 kB/s".
func (s Speed) String() string { return formatUnit(float64(s), speedUnits) }

// MarshalText returns what ParseSpeed reads.
func (s Speed) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText is ParseSpeed.
func (s *Speed) UnmarshalText(text []byte) error { return parseInto(s, ParseSpeed, text) }

// Frequency is how often a second something happens.
type Frequency float64

// ParseFrequency reads "2/s", "0.5/s" or "30/min".
func ParseFrequency(text string) (Frequency, error) {
	v, ok := parseUnit(text, frequencyUnits)
	if !ok {
		return 0, fmt.Errorf("%q is not a rate such as 2/s, 0.5/s or 30/min", text)
	}
	return Frequency(v), nil
}

// String returns "2/s", or "30/min" for what happens less than once a second.
func (f Frequency) String() string {
	return strings.ReplaceAll(formatUnit(float64(f), frequencyUnits), " ", "")
}

// MarshalText returns what ParseFrequency reads.
func (f Frequency) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText is ParseFrequency.
func (f *Frequency) UnmarshalText(text []byte) error { return parseInto(f, ParseFrequency, text) }

// Times returns how long n of them take.
func (f Frequency) Times(n int) time.Duration {
	return time.Duration(float64(n) / float64(f) * float64(time.Second))
}

// Share is a part of a whole, 0 to 1.
type Share float64

// ParseShare reads "5%" or "0.5 %". A number alone is refused: 0.5 could be
// meant either way.
func ParseShare(text string) (Share, error) {
	number, found := strings.CutSuffix(strings.TrimSpace(text), "%")
	v, ok := parseNumber(number)
	switch {
	case !found || !ok:
		return 0, fmt.Errorf("%q is not a share such as 5%% or 0.5%%", text)
	case v > 100:
		return 0, fmt.Errorf("%q is more than 100%%", text)
	}
	return Share(v / 100), nil
}

// String returns "5 %".
func (s Share) String() string { return formatNumber(float64(s)*100) + " %" }

// MarshalText returns what ParseShare reads.
func (s Share) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText is ParseShare.
func (s *Share) UnmarshalText(text []byte) error { return parseInto(s, ParseShare, text) }

// Of returns the share of n, rounded to the nearest whole, halves up.
func (s Share) Of(n int) int {
	const noise = 1e-9 // 0.29 * 50 is 14.499999999999998
	return int(math.Floor(float64(s)*float64(n) + 0.5 + noise))
}

func parseInto[T any](into *T, parse func(string) (T, error), text []byte) error {
	v, err := parse(string(text))
	if err == nil {
		*into = v
	}
	return err
}

// formatDuration is Duration.String without the zeros at the end: "2m".
func formatDuration(d time.Duration) string {
	text := d.String()
	if short, cut := strings.CutSuffix(text, "m0s"); cut {
		text = short + "m"
	}
	if short, cut := strings.CutSuffix(text, "h0m"); cut {
		text = short + "h"
	}
	return text
}
