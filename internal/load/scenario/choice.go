package scenario

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Ramp is how a crowd comes: within a time, or at a rate. The zero value is the
// default, which depends on the length of the run (see Scenario.Ramp).
type Ramp struct {
	over  time.Duration
	rate  Frequency
	given bool
}

// RampOver lets a crowd come evenly within d; all at once if it is 0.
func RampOver(d time.Duration) Ramp { return Ramp{over: d, given: true} }

// RampRate lets a crowd come at f, above 0.
func RampRate(f Frequency) Ramp { return Ramp{rate: f, given: true} }

// ParseRamp reads "10s" or "20/s".
func ParseRamp(text string) (Ramp, error) {
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return RampOver(d), nil
	}
	if f, err := ParseFrequency(text); err == nil && f > 0 {
		return RampRate(f), nil
	}
	return Ramp{}, fmt.Errorf("%q is neither a time such as 10s nor a rate such as 20/s", text)
}

// String returns "10s", "20/s" or nothing.
func (r Ramp) String() string {
	switch {
	case !r.given:
		return ""
	case r.rate > 0:
		return r.rate.String()
	}
	return formatDuration(r.over)
}

// MarshalText returns what ParseRamp reads, nothing for the default.
func (r Ramp) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText is ParseRamp.
func (r *Ramp) UnmarshalText(text []byte) error { return parseInto(r, ParseRamp, text) }

// Size is that of a picture, in pixels; zero is the default.
type Size struct{ Width, Height int }

// sizes are those of the clips, ascending.
var sizes = []Size{{320, 180}, {640, 360}, {1280, 720}}

// ParseSize reads one of the sizes there are clips of.
func ParseSize(text string) (Size, error) {
	var names []string
	for _, s := range sizes {
		if s.String() == text {
			return s, nil
		}
		names = append(names, s.String())
	}
	return Size{}, fmt.Errorf("%q is not one of %s", text, strings.Join(names, ", "))
}

// String returns "1280x720", nothing for the default.
func (s Size) String() string {
	if s == (Size{}) {
		return ""
	}
	return fmt.Sprintf("%dx%d", s.Width, s.Height)
}

// MarshalText returns what ParseSize reads, nothing for the default.
func (s Size) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText is ParseSize.
func (s *Size) UnmarshalText(text []byte) error { return parseInto(s, ParseSize, text) }

// All is Receive.Streams of a client that receives every publisher of its room.
const All = -1

// Receive is what a client subscribes to. The zero value is nothing.
type Receive struct {
	Streams int // how many of the room's publishers at most, itself not counted; All
}

// ParseReceive reads "all", "none" or a number.
func ParseReceive(text string) (Receive, error) {
	switch text {
	case "all":
		return Receive{All}, nil
	case "none":
		return Receive{}, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return Receive{}, fmt.Errorf("%q is neither all, none nor a number of streams", text)
	}
	return Receive{n}, nil
}

// String returns what ParseReceive reads.
func (r Receive) String() string {
	switch r.Streams {
	case All:
		return "all"
	case 0:
		return "none"
	}
	return strconv.Itoa(r.Streams)
}

// MarshalText is String.
func (r Receive) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText is ParseReceive.
func (r *Receive) UnmarshalText(text []byte) error { return parseInto(r, ParseReceive, text) }

// AutoLayer is a Step.Layer that leaves the choice to the server.
const AutoLayer = -1

// layerNames are those of the simulcast layers, the smallest first.
var layerNames = []string{"low", "middle", "high"}

func parseLayer(text string) (int, error) {
	if text == "auto" {
		return AutoLayer, nil
	}
	if i := slices.Index(layerNames, text); i >= 0 {
		return i, nil
	}
	return 0, fmt.Errorf("%q is not one of %s, auto", text, strings.Join(layerNames, ", "))
}
