package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"time"

	"github.com/atrium-rtc/atrium/room"
)

// settings are what a room is run by.
type settings struct {
	MaxParticipants int             `json:"maxParticipants"`
	MaxPublishers   int             `json:"maxPublishers"`
	MaxDuration     float64         `json:"maxDurationSeconds"`
	IdleTimeout     float64         `json:"idleTimeoutSeconds"`
	Locked          bool            `json:"locked"`
	Lobby           bool            `json:"lobby"`
	MuteOnEntry     []string        `json:"muteOnEntry"`
	ChatHistory     int             `json:"chatHistory"`
	Metadata        json.RawMessage `json:"metadata,omitempty"`
}

func settingsOf(s room.Settings) settings {
	return settings{
		MaxParticipants: s.MaxParticipants, MaxPublishers: s.MaxPublishers,
		MaxDuration: s.MaxDuration.Seconds(), IdleTimeout: s.IdleTimeout.Seconds(),
		Locked: s.Locked, Lobby: s.Lobby, MuteOnEntry: s.MuteOnEntry.Names(),
		ChatHistory: s.ChatHistory, Metadata: s.Metadata,
	}
}

// settingsChange has what is to be another: a merge patch (RFC 7396) in which only
// metadata may be null.
type settingsChange struct {
	MaxParticipants given[int]      `json:"maxParticipants"`
	MaxPublishers   given[int]      `json:"maxPublishers"`
	MaxDuration     given[seconds]  `json:"maxDurationSeconds"`
	IdleTimeout     given[seconds]  `json:"idleTimeoutSeconds"`
	Locked          given[bool]     `json:"locked"`
	Lobby           given[bool]     `json:"lobby"`
	MuteOnEntry     given[kindList] `json:"muteOnEntry"`
	ChatHistory     given[int]      `json:"chatHistory"`
	Metadata        json.RawMessage `json:"metadata"`
}

// apply changes settings; it does not look at bounds, which the room knows.
func (c *settingsChange) apply(s *room.Settings) {
	c.MaxParticipants.to(&s.MaxParticipants)
	c.MaxPublishers.to(&s.MaxPublishers)
	c.MaxDuration.to((*seconds)(&s.MaxDuration))
	c.IdleTimeout.to((*seconds)(&s.IdleTimeout))
	c.Locked.to(&s.Locked)
	c.Lobby.to(&s.Lobby)
	c.MuteOnEntry.to((*kindList)(&s.MuteOnEntry))
	c.ChatHistory.to(&s.ChatHistory)
	switch {
	case c.Metadata == nil:
	case bytes.Equal(c.Metadata, []byte("null")):
		s.Metadata = nil
	default:
		s.Metadata = c.Metadata
	}
}

// given is a member that may be absent and may not be null.
type given[T any] struct {
	value T
	is    bool
}

var errNull = errors.New("null is only for metadata; leave out what stays as it is")

// UnmarshalJSON implements json.Unmarshaler.
func (g *given[T]) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return errNull
	}
	g.is = true
	return json.Unmarshal(data, &g.value)
}

// to puts the value in a place, if there is one.
func (g *given[T]) to(place *T) {
	if g.is {
		*place = g.value
	}
}

// seconds is a duration that is a number of seconds in JSON, of ten years at most.
type seconds time.Duration

const maxSeconds = 10 * 365 * 24 * 60 * 60

var errSeconds = errors.New("a time is a number of seconds from 0 to 315360000")

// UnmarshalJSON implements json.Unmarshaler.
func (s *seconds) UnmarshalJSON(data []byte) error {
	var n float64
	if err := json.Unmarshal(data, &n); err != nil || n < 0 || n > maxSeconds {
		return errSeconds
	}
	*s = seconds(n * float64(time.Second))
	return nil
}

// kindList is a set of kinds of media that is a list of words in JSON.
type kindList room.MediaKind

var errKind = errors.New(`kinds of media are a list of "audio" and "video"`)

// UnmarshalJSON implements json.Unmarshaler.
func (k *kindList) UnmarshalJSON(data []byte) error {
	var words []string
	if err := json.Unmarshal(data, &words); err != nil {
		return errKind
	}
	var kinds room.MediaKind
	for _, word := range words {
		switch word {
		case "audio":
			kinds |= room.Audio
		case "video":
			kinds |= room.Video
		default:
			return errKind
		}
	}
	*k = kindList(kinds)
	return nil
}
