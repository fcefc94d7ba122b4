package feed

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// ContentType is the media type of Event.JSON.
const ContentType = "application/cloudevents+json"

// Event is one event. It is shared and must not be changed.
type Event struct {
	// ID tells the event from all others of all servers.
	ID   string
	Type Type
	Room string // empty: not of one room
	Time time.Time
	// JSON is the whole event as it is sent.
	JSON []byte

	number uint64 // among all events of this feed, from 1; 0: of none
}

// envelope has the attributes of CloudEvents 1.0. id, source and type together are unique.
type envelope struct {
	SpecVersion string `json:"specversion"`
	ID          string `json:"id"`
	Source      string `json:"source"`
	Type        Type   `json:"type"`
	Time        string `json:"time"`
	// Subject is the name of the room.
	Subject string `json:"subject,omitempty"`
	// Sequence counts the events of one room from 1.
	Sequence uint64          `json:"roomsequence,omitempty"`
	Data     json.RawMessage `json:"data"`
}

// timeFormat is RFC 3339 with milliseconds.
const timeFormat = "2006-01-02T15:04:05.000Z07:00"

// seal makes the event that an envelope is of.
func seal(e envelope, at time.Time, number uint64) *Event {
	e.SpecVersion, e.Time = "1.0", at.UTC().Format(timeFormat)
	text, err := json.Marshal(e)
	if err != nil { // names, numbers and valid JSON always encode
		panic("feed: envelope does not encode: " + err.Error())
	}
	return &Event{ID: e.ID, Type: e.Type, Room: e.Subject, Time: at, JSON: text, number: number}
}

// idOf returns the id of an event by its number. run tells the runs of servers apart.
func idOf(run string, number uint64) string { return run + "-" + strconv.FormatUint(number, 10) }

// numberOf is the inverse of idOf; not ok for ids of other runs, and what is none.
func numberOf(run, id string) (number uint64, ok bool) {
	digits, found := strings.CutPrefix(id, run+"-")
	number, err := strconv.ParseUint(digits, 10, 64)
	return number, found && err == nil
}
