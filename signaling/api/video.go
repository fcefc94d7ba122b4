package api

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Priorities are the words for how important a video is, from the least, and
// Preferences those for what to keep of one that has to shrink.
func Priorities() []string { return []string{"hidden", "thumbnail", "normal", "speaker", "pinned"} }

// Preferences are in the order of room.Preference.
func Preferences() []string { return []string{"balanced", "sharpness", "motion"} }

// Word accepts one of several words, and is its place among them.
type Word struct {
	Of    []string
	Place int
}

// UnmarshalJSON implements json.Unmarshaler.
func (w *Word) UnmarshalJSON(b []byte) error {
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return errors.New("not a string")
	}
	place := slices.Index(w.Of, text)
	if place < 0 {
		return errors.New("not one of them")
	}
	w.Place = place
	return nil
}

// want names the words, for people.
func (w *Word) want() string { return "word: it is one of " + strings.Join(w.Of, ", ") }

// Pixels accepts what Int does, if it is not negative. All numbers from 65535 on are
// the same one: no video is as large.
type Pixels uint16

// UnmarshalJSON implements json.Unmarshaler.
func (p *Pixels) UnmarshalJSON(b []byte) error {
	var i Int
	if err := i.UnmarshalJSON(b); err != nil {
		return err
	}
	if i < 0 {
		return errors.New("negative")
	}
	*p = Pixels(min(i, math.MaxUint16)) //nolint:gosec // bounded on both sides
	return nil
}

// Count accepts what Int does, if it is not negative.
type Count uint64

// UnmarshalJSON implements json.Unmarshaler.
func (c *Count) UnmarshalJSON(b []byte) error {
	var i Int
	if err := i.UnmarshalJSON(b); err != nil {
		return err
	}
	if i < 0 {
		return errors.New("negative")
	}
	*c = Count(i)
	return nil
}

// Seconds accepts a number of seconds, up to ten days.
type Seconds time.Duration

// UnmarshalJSON implements json.Unmarshaler.
func (s *Seconds) UnmarshalJSON(b []byte) error {
	const most = 10 * 24 * time.Hour
	seconds, err := strconv.ParseFloat(strings.TrimSpace(scalarText(b)), 64)
	if err != nil || !(seconds >= 0 && seconds <= most.Seconds()) { // not a number is neither
		return errors.New("no such number of seconds")
	}
	*s = Seconds(seconds * float64(time.Second))
	return nil
}

// SetVideoPreferencesParams are the parameters of setVideoPreferences. What is
// absent keeps its value.
type SetVideoPreferencesParams struct {
	Sender              String
	MaxWidth, MaxHeight Pixels
	Priority, Prefer    Word
}

func (p *SetVideoPreferencesParams) fields() []field {
	return []field{
		{"sender", false, &p.Sender, "string"},
		{"maxWidth", true, &p.MaxWidth, "integer"},
		{"maxHeight", true, &p.MaxHeight, "integer"},
		{"priority", true, &p.Priority, p.Priority.want()},
		{"prefer", true, &p.Prefer, p.Prefer.want()},
	}
}

// ReportStatisticsParams are the parameters of reportStatistics: members of W3C's
// RTCInboundRtpStreamStats.
type ReportStatisticsParams struct {
	Sender                         String
	FreezeCount, FramesDecoded     Count
	ConcealedSamples, SamplesInAll Count
	TotalFreezesDuration           Seconds
	PacketsLost                    Int
}

func (p *ReportStatisticsParams) fields() []field {
	return []field{
		{"sender", false, &p.Sender, "string"},
		{"freezeCount", true, &p.FreezeCount, "integer"},
		{"totalFreezesDuration", true, &p.TotalFreezesDuration, "number"},
		{"framesDecoded", true, &p.FramesDecoded, "integer"},
		{"concealedSamples", true, &p.ConcealedSamples, "integer"},
		{"totalSamplesReceived", true, &p.SamplesInAll, "integer"},
		{"packetsLost", true, &p.PacketsLost, "integer"},
	}
}

// Quality is the result of getQuality.
type Quality struct {
	Streams []StreamQuality `json:"streams"`
}

// StreamQuality is what one feels of a stream that one receives.
type StreamQuality struct {
	Sender string         `json:"sender"`
	Tracks []TrackQuality `json:"tracks"`
}

// TrackQuality is that of one track; times are in seconds.
type TrackQuality struct {
	Kind        string  `json:"kind"`
	FirstFrame  float64 `json:"firstFrame,omitempty"`
	Freezes     uint64  `json:"freezes"`
	Frozen      float64 `json:"frozen"`
	Layer       *int    `json:"spatialLayer,omitempty"`
	WantedLayer *int    `json:"wantedSpatialLayer,omitempty"`
	Paused      bool    `json:"paused"`
	Loss        float64 `json:"loss"`
	RoundTrip   float64 `json:"roundTrip"`
	Score       float64 `json:"score,omitempty"`
	Cause       string  `json:"cause,omitempty"`
}

// VideoState is the params object of videoPaused and videoResumed. Reason and Text
// belong to the first alone; Bitrate, in bits per second, is absent while unknown.
type VideoState struct {
	Sender  string `json:"sender"`
	Reason  string `json:"reason,omitempty"`
	Bitrate int64  `json:"bitrate,omitempty"`
	Text    string `json:"text,omitempty"`
}

// Speakers is the params object of speakersChanged. Dominant is absent while there
// is none.
type Speakers struct {
	Dominant string    `json:"dominant,omitempty"`
	Speakers []Speaker `json:"speakers"`
}

// Speaker is somebody who speaks, and how loud, in dBov: 0 is the loudest.
type Speaker struct {
	ID    string `json:"id"`
	Level int8   `json:"level"`
}
