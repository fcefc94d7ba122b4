package room

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/atrium-rtc/atrium/sfu/inspect"
)

// inspectBatch bounds the subscriptions that are noted in one visit to a room,
// which takes a fraction of a millisecond: a large room goes on in between.
const inspectBatch = 2048

// Inspection is one room as it is seen from outside. What it says was true within
// the time that the call took, not all of it at one moment.
type Inspection struct {
	RoomSummary
	// Matching are those that the selection is of, and People the page of them that
	// was asked for.
	Matching int               `json:"matching"`
	People   []InspectedPerson `json:"people"`
}

// InspectedPerson is one participant.
type InspectedPerson struct {
	// ID is a secret between server and client, and is not written out.
	ID       ParticipantID `json:"-"`
	Role     string        `json:"role,omitempty"`
	Hand     bool          `json:"hand"` // is raised
	User     string        `json:"user"`
	Since    time.Time     `json:"since"`
	Speaking bool          `json:"speaking"`
	// Worst is the lowest score of what the participant receives; 0: none is known.
	Worst     float64                 `json:"worst"`
	Publishes []InspectedPublication  `json:"publishes"` // by the time at which they were asked for
	Receives  []InspectedSubscription `json:"receives"`  // in the order of those who publish, and of what they do
}

// InspectedPublication is one stream that a participant publishes.
type InspectedPublication struct {
	Stream    string    `json:"stream"` // its id
	Since     time.Time `json:"since"`
	Muted     []string  `json:"muted"`     // kinds that nobody gets
	Receivers int       `json:"receivers"` // participants
	inspect.Publication
}

// InspectedSubscription is one stream that a participant receives.
type InspectedSubscription struct {
	Publisher string    `json:"publisher"`
	Stream    string    `json:"stream"` // the id of the stream among the publisher's
	Since     time.Time `json:"since"`
	Muted     []string  `json:"muted"` // kinds that this participant does not get
	inspect.Subscription
}

// Selection says which participants of a room are to be inspected. The zero value
// is all, by their time of joining.
type Selection struct {
	User          string // exactly this one; empty: everybody
	Search        string // part of the user name, in any case
	Worst         bool   // those with the lowest score first
	Offset, Limit int    // the page; a Limit of 0 is none
}

// Inspect returns a room with those of its participants that are selected. It
// costs the room's goroutine short visits, and the media nothing: connections are
// asked on the caller's goroutine. Errors: 202; the context's cause.
func (m *Manager) Inspect(ctx context.Context, name string, pick Selection) (Inspection, error) {
	r := m.registry.room(name)
	if r == nil {
		return Inspection{}, refuseRoomAbsent(name)
	}
	people, err := r.look(ctx)
	if errors.Is(err, errEnded) {
		err = refuseRoomAbsent(name)
	}
	if err != nil {
		return Inspection{}, err
	}
	seen := Inspection{RoomSummary: r.summary()}
	receivers := make(map[streamName]int)
	for i := range people {
		people[i].feel(func(_ streamName, q TrackQuality) { seen.Health.add(q) })
		for _, from := range people[i].receptions {
			receivers[from.stream]++
		}
	}
	people = pick.matching(people)
	seen.Matching = len(people)
	for _, p := range pick.page(people) {
		seen.People = append(seen.People, p.inspect(receivers))
	}
	return seen, nil
}

func (s Selection) matching(people []person) []person {
	if s.User != "" {
		people = slices.DeleteFunc(people, func(p person) bool { return p.user != s.User })
	}
	if s.Search != "" {
		part := strings.ToLower(s.Search)
		people = slices.DeleteFunc(people, func(p person) bool { return !strings.Contains(strings.ToLower(p.user), part) })
	}
	if s.Worst {
		slices.SortStableFunc(people, func(a, b person) int { return cmp.Compare(rank(a.worst), rank(b.worst)) })
	}
	return people
}

// rank puts what is not known behind the best.
func rank(score float64) float64 {
	if score == 0 {
		return 6
	}
	return score
}

func (s Selection) page(people []person) []person {
	people = people[min(max(s.Offset, 0), len(people)):]
	if s.Limit > 0 {
		people = people[:min(s.Limit, len(people))]
	}
	return people
}

// person is what is noted of one participant in the room, to be asked outside.
type person struct {
	id         ParticipantID
	user       string
	since      time.Time
	role       string
	hand       bool
	speaking   bool
	published  []publicationNote
	receptions []receptionNote
	worst      float64 // once felt
}

type publicationNote struct {
	stream      streamName
	publication Publication
	since       time.Time
	muted       MediaKind
}

type receptionNote struct {
	stream       streamName
	subscription Subscription
	since        time.Time
	muted        MediaKind
}

// look notes who is in the room and what they receive, in several visits when
// that is much. Who comes or leaves in between is missing, or is there for the last
// time.
func (r *room) look(ctx context.Context) ([]person, error) {
	var people []person
	var order []*member
	if err := r.call(ctx, func() { people, order = r.state.people() }); err != nil {
		return nil, err
	}
	for next := 0; next < len(order); {
		if err := r.call(ctx, func() { next = receptions(people, order, next) }); err != nil {
			return nil, err
		}
	}
	place := make(map[streamName]int)
	for i := range people {
		for _, c := range people[i].published {
			place[c.stream] = len(place)
		}
	}
	for i := range people {
		slices.SortFunc(people[i].receptions, func(a, b receptionNote) int { return place[a.stream] - place[b.stream] })
	}
	return people, nil
}

// people notes everybody without what they receive.
func (s *state) people() ([]person, []*member) {
	people := make([]person, 0, len(s.order))
	for _, m := range s.order {
		p := person{
			id: m.id, user: m.user, since: m.since, speaking: slices.Contains(s.floor.speaking, m.user),
			role: m.grants.Role, hand: !m.hand.IsZero(),
		}
		for _, at := range m.publish {
			if c := at.live; c != nil {
				p.published = append(p.published, publicationNote{at.stream, c.publication(), c.since, c.muted | c.silenced})
			}
		}
		people = append(people, p)
	}
	return people, slices.Clone(s.order)
}

// receptions notes what people receive, beginning with the next, and returns with
// whom to go on. Who has left receives nothing any more.
func receptions(people []person, order []*member, next int) int {
	for noted := 0; next < len(order) && noted < inspectBatch; next++ {
		m := order[next]
		for stream, at := range m.receive {
			if c := at.live; c != nil {
				people[next].receptions = append(people[next].receptions,
					receptionNote{stream, c.subscription(), c.since, c.muted})
			}
		}
		noted += 1 + len(m.receive)
	}
	return next
}

// feel calls each with what the participant feels of what it receives.
func (p *person) feel(each func(stream streamName, q TrackQuality)) {
	for _, from := range p.receptions {
		for _, q := range from.subscription.Quality() {
			each(from.stream, q)
			if q.Score > 0 && rank(q.Score) < rank(p.worst) {
				p.worst = q.Score
			}
		}
	}
}

// inspect asks the participant's connections.
func (p *person) inspect(receivers map[streamName]int) InspectedPerson {
	seen := InspectedPerson{
		ID: p.id, User: p.user, Role: p.role, Hand: p.hand, Since: p.since, Speaking: p.speaking, Worst: p.worst,
		Publishes: make([]InspectedPublication, 0, len(p.published)),
		Receives:  make([]InspectedSubscription, 0, len(p.receptions)),
	}
	for _, c := range p.published {
		seen.Publishes = append(seen.Publishes, InspectedPublication{
			Stream: c.stream.id, Since: c.since, Muted: c.muted.Names(), Receivers: receivers[c.stream], Publication: c.publication.Published(),
		})
	}
	for _, from := range p.receptions {
		seen.Receives = append(seen.Receives, InspectedSubscription{
			Publisher: from.stream.user, Stream: from.stream.id, Since: from.since, Muted: from.muted.Names(),
			Subscription: from.subscription.Received(),
		})
	}
	return seen
}
