package feed

import (
	"fmt"
	"slices"
	"strings"
)

// Type says what happened; docs/events.md has an example of each.
type Type string

// The types.
const (
	RoomCreated         Type = "room.created"
	RoomChanged         Type = "room.changed"
	RoomClosed          Type = "room.closed"
	ParticipantJoined   Type = "participant.joined"
	ParticipantChanged  Type = "participant.changed"
	ParticipantLeft     Type = "participant.left"
	ParticipantEvicted  Type = "participant.evicted"
	ParticipantWaiting  Type = "participant.waiting"
	ParticipantAnswered Type = "participant.answered" // its waiting is over
	StreamPublished     Type = "stream.published"
	StreamUnpublished   Type = "stream.unpublished"
	SubscriptionStarted Type = "subscription.started"
	SubscriptionEnded   Type = "subscription.ended"
	MessageSent         Type = "message.sent"
	SpeakerChanged      Type = "speaker.changed"
	QualityChanged      Type = "quality.changed"
	MediaError          Type = "media.error"
	// EventsLost stands for events that this receiver does not get. It passes every filter.
	EventsLost Type = "events.lost"
)

// Types returns all types, in the order of the documentation.
func Types() []Type {
	return []Type{
		RoomCreated, RoomChanged, RoomClosed,
		ParticipantJoined, ParticipantChanged, ParticipantLeft, ParticipantEvicted, ParticipantWaiting, ParticipantAnswered,
		StreamPublished, StreamUnpublished, SubscriptionStarted, SubscriptionEnded,
		MessageSent, SpeakerChanged, QualityChanged, MediaError, EventsLost,
	}
}

// Filter chooses events; the zero value chooses all. It is a value and must not be
// changed.
type Filter struct {
	Room  string // empty: every room
	types []Type // empty: every type
}

// ParseFilter makes a Filter for the types that words name: a type, or all of a kind, such
// as "participant.*". No words choose every type.
func ParseFilter(room string, words []string) (Filter, error) {
	f := Filter{Room: room}
	for _, word := range words {
		kind, all := strings.CutSuffix(word, "*")
		found := false
		for _, t := range Types() {
			if string(t) == word || all && strings.HasSuffix(kind, ".") && strings.HasPrefix(string(t), kind) {
				f.types, found = append(f.types, t), true
			}
		}
		if !found {
			return Filter{}, fmt.Errorf("%q is neither a type of events nor a kind such as participant.*", word)
		}
	}
	return f, nil
}

// Takes reports whether the filter chooses an event.
func (f Filter) Takes(e *Event) bool {
	if e.Type == EventsLost {
		return true
	}
	return (f.Room == "" || f.Room == e.Room) && (len(f.types) == 0 || slices.Contains(f.types, e.Type))
}
