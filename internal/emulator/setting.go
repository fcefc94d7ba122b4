package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/atrium-rtc/atrium/internal/link"
)

// setting is one direction as it is written in JSON. What is left out is
// perfect.
type setting struct {
	Delay     duration `json:"delay"`     // of every packet
	Jitter    duration `json:"jitter"`    // added to it, up to this
	Loss      float64  `json:"loss"`      // share of the packets, 0 to 1
	Burst     float64  `json:"burst"`     // packets that are lost in a row, on average
	Rate      int      `json:"rate"`      // bits a second, with IP headers
	Queue     int      `json:"queue"`     // octets that may wait for the rate
	Reorder   float64  `json:"reorder"`   // share of the packets
	ReorderBy duration `json:"reorderBy"` // how late those are
	Duplicate float64  `json:"duplicate"` // share of the packets
	Down      bool     `json:"down"`      // nothing arrives
}

// duration is a time as Go writes it: "50ms".
type duration time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	*d = duration(parsed)
	return err
}

// parseSetting reads a setting; one that no link can have, or that has words
// nobody knows, is an error.
func parseSetting(text string) (setting, error) {
	var s setting
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&s); err != nil {
		return setting{}, fmt.Errorf("link %s: %w", text, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return setting{}, fmt.Errorf("link %s: something follows it", text)
	}
	return s, s.link().Validate()
}

func (s setting) link() link.Link {
	return link.Link{
		Delay: time.Duration(s.Delay), Jitter: time.Duration(s.Jitter),
		Loss: s.Loss, Burst: s.Burst,
		RateBitsPerSecond: s.Rate, QueueBytes: s.Queue,
		Reorder: s.Reorder, ReorderBy: time.Duration(s.ReorderBy),
		Duplicate: s.Duplicate,
	}
}
