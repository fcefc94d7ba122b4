package rest

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling"
)

// participantView is one participant. It has nothing of the session's secret id.
type participantView struct {
	User        string             `json:"user"`
	Identity    string             `json:"identity,omitempty"`
	Role        string             `json:"role,omitempty"`
	Permissions []string           `json:"permissions"`
	Hidden      bool               `json:"hidden"`
	HandRaised  *time.Time         `json:"handRaised,omitempty"`
	Streams     []streamView       `json:"streams"`
	Metadata    json.RawMessage    `json:"metadata,omitempty"`
	Session     signaling.Presence `json:"session"`
}

// streamView is a stream in the list of a participant's.
type streamView struct {
	ID    string   `json:"id"`
	Muted []string `json:"muted"`
	Off   []string `json:"off"`
}

func (h *handler) participantOf(p room.ParticipantInfo) participantView {
	view := participantView{
		User: p.User, Identity: p.Identity, Role: p.Role, Permissions: words(p.Permissions),
		Hidden: p.Hidden, Streams: make([]streamView, 0, len(p.Streams)), Metadata: p.Metadata, Session: h.opts.Presence(p.ID),
	}
	if !p.HandRaised.IsZero() {
		view.HandRaised = &p.HandRaised
	}
	for _, s := range p.Streams {
		view.Streams = append(view.Streams, streamView{s.ID, s.Muted.Names(), s.Off.Names()})
	}
	return view
}

// participantList is a page of participants, in the order in which they joined.
type participantList struct {
	Total        int               `json:"total"` // that match the search
	Participants []participantView `json:"participants"`
}

func (h *handler) listParticipants(x *exchange) (reply, error) {
	people, err := h.opts.Rooms.Participants(x.room())
	if err != nil {
		return reply{}, err
	}
	if part := strings.ToLower(x.query.Get("search")); part != "" {
		matching := people[:0:0]
		for _, p := range people {
			if strings.Contains(strings.ToLower(p.User), part) {
				matching = append(matching, p)
			}
		}
		people = matching
	}
	list := participantList{Total: len(people), Participants: []participantView{}}
	if people, err = cut(x, people); err != nil {
		return reply{}, err
	}
	for _, p := range people {
		list.Participants = append(list.Participants, h.participantOf(p))
	}
	return ok(list)
}

func (h *handler) readParticipant(x *exchange) (reply, error) {
	who, err := h.opts.Rooms.Find(x.r.Context(), x.room(), x.user())
	if err != nil {
		return reply{}, err
	}
	return ok(h.participantOf(who))
}

func (h *handler) evict(x *exchange) (reply, error) {
	reason, err := x.reason()
	if err != nil {
		return reply{}, err
	}
	return done(h.moderate(x).Evict(x.r.Context(), x.user(), reason))
}

func (h *handler) lowerHand(x *exchange) (reply, error) {
	return done(h.moderate(x).LowerHand(x.r.Context(), x.user()))
}

// subscriptionList is a page of what a participant receives.
type subscriptionList struct {
	Total         int                          `json:"total"`
	Worst         float64                      `json:"worst"` // the lowest score; 0: none is known
	Subscriptions []room.InspectedSubscription `json:"subscriptions"`
}

func (h *handler) listSubscriptions(x *exchange) (reply, error) {
	who, err := h.inspect(x)
	if err != nil {
		return reply{}, err
	}
	list := subscriptionList{Total: len(who.Receives), Worst: who.Worst}
	if list.Subscriptions, err = cut(x, who.Receives); err != nil {
		return reply{}, err
	}
	return ok(list)
}

// inspect asks the connections of the participant that the path names.
func (h *handler) inspect(x *exchange) (room.InspectedPerson, error) {
	seen, err := h.opts.Rooms.Inspect(x.r.Context(), x.room(), room.Selection{User: x.user()})
	if err == nil && len(seen.People) == 0 {
		_, err = h.opts.Rooms.Find(x.r.Context(), x.room(), x.user()) // with the room's sentence
		if err == nil {
			err = room.ErrUserNotFound // it came just now
		}
	}
	if err != nil {
		return room.InspectedPerson{}, err
	}
	return seen.People[0], nil
}
