package room

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// RoomSummary is one room in a line.
type RoomSummary struct {
	Room          string    `json:"room"`
	Since         time.Time `json:"since"`
	Participants  int       `json:"participants"`
	Publications  int       `json:"publications"`
	Subscriptions int       `json:"subscriptions"`
	Health        Health    `json:"health"`
}

// Health is what the people of a room feel of what they receive, together.
type Health struct {
	Streams int `json:"streams"` // tracks that are received and judged
	// Troubled are those of them that are received badly, by cause.
	Troubled map[QualityCause]int `json:"troubled"`
	Paused   int                  `json:"paused"` // videos for which a link has nothing left
	// Worst is the lowest score; 0: none is known. Sound and pictures are judged by
	// different models, so that there is no mean of both.
	Worst float64 `json:"worst"`
}

func (h *Health) add(q TrackQuality) {
	if q.Score > 0 {
		h.Streams++
		if rank(q.Score) < rank(h.Worst) {
			h.Worst = q.Score
		}
	}
	if q.Paused {
		h.Paused++
	}
	if q.Cause == CauseNone {
		return
	}
	if h.Troubled == nil {
		h.Troubled = make(map[QualityCause]int)
	}
	h.Troubled[q.Cause]++
}

// Complaint is a track that somebody receives badly.
type Complaint struct {
	Room      string       `json:"room"`
	User      string       `json:"user"`
	Publisher string       `json:"publisher"`
	Stream    string       `json:"stream"` // the id of the stream among the publisher's
	Kind      string       `json:"kind"`
	Score     float64      `json:"score"` // 0: not known
	Cause     QualityCause `json:"cause"`
	Paused    bool         `json:"paused"`
}

// Survey is all rooms in a line each, by name, and the worst of what is received
// in them.
type Survey struct {
	Rooms      []RoomSummary `json:"rooms"`
	Complaints []Complaint   `json:"complaints"` // the worst first
}

// Survey looks at all rooms, one after the other, and keeps as many complaints as
// are asked for, of the tracks for which there is a cause. It asks every
// subscription of the server, so a caller should not repeat it more often than
// its cost allows. Errors: the context's cause.
func (m *Manager) Survey(ctx context.Context, complaints int) (Survey, error) {
	var all Survey
	for _, name := range m.registry.names() {
		r := m.registry.room(name)
		if r == nil {
			continue
		}
		people, err := r.look(ctx)
		switch {
		case ctx.Err() != nil:
			return Survey{}, r.interrupted(ctx)
		case err != nil:
			continue // it has ended
		}
		one := r.summary()
		for _, p := range people {
			p.feel(func(stream streamName, q TrackQuality) {
				one.Health.add(q)
				if q.Cause != CauseNone {
					all.Complaints = append(all.Complaints, Complaint{
						Room: name, User: p.user, Publisher: stream.user, Stream: stream.id, Kind: q.Kind.Names()[0],
						Score: q.Score, Cause: q.Cause, Paused: q.Paused,
					})
				}
			})
		}
		all.Rooms = append(all.Rooms, one)
		all.Complaints = worst(all.Complaints, complaints)
	}
	return all, nil
}

// worst returns the n worst complaints, those that are alike in the order in which
// they are.
func worst(list []Complaint, n int) []Complaint {
	slices.SortStableFunc(list, func(a, b Complaint) int { return cmp.Compare(rank(a.Score), rank(b.Score)) })
	return list[:min(n, len(list))]
}

// summary counts without a visit to the room.
func (r *room) summary() RoomSummary {
	return RoomSummary{
		Room: r.state.name, Since: r.since, Participants: int(r.tally.participants.Load()),
		Publications: int(r.tally.publications.Load()), Subscriptions: int(r.tally.subscriptions.Load()),
		Health: Health{Troubled: map[QualityCause]int{}},
	}
}
