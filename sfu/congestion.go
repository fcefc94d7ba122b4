package sfu

import "fmt"

// Congestion says what is done about subscribers' links that carry less than all.
type Congestion uint8

// The modes of congestion control.
const (
	CongestionOn      Congestion = iota // estimate, give out layers, and pace
	CongestionUnpaced                   // estimate and give out layers
	CongestionOff                       // send what is published
)

// ParseCongestion returns the mode of a configuration.
func ParseCongestion(s string) (Congestion, error) {
	for _, mode := range []Congestion{CongestionOn, CongestionUnpaced, CongestionOff} {
		if s == mode.String() {
			return mode, nil
		}
	}
	return 0, fmt.Errorf("%q is none of on, unpaced and off", s)
}

// String returns the word of the configuration.
func (c Congestion) String() string {
	switch c {
	case CongestionUnpaced:
		return "unpaced"
	case CongestionOff:
		return "off"
	default:
		return "on"
	}
}
