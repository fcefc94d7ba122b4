package room_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/atrium-rtc/atrium/room"
)

const (
	modelMaxRooms         = 2
	modelMaxParticipants  = 3
	modelMaxSubscriptions = 2
	modelMaxStreams       = 2
)

// model is the Manager as one would explain it to a child: no goroutines, no
// indexes, everything looked up by walking. It predicts codes and events.
type model struct {
	rooms  map[string]bool // true: created, nobody has joined yet
	people []*person       // of all rooms, by time of joining
	heard  []string
}

type person struct {
	id         room.ParticipantID
	user, room string
	streams    []string
	receives   []string // as streamOf names them
}

func (m *model) byID(id room.ParticipantID) *person {
	for _, p := range m.people {
		if p.id == id {
			return p
		}
	}
	return nil
}

func (m *model) byName(roomName, user string) *person {
	for _, p := range m.in(roomName) {
		if p.user == user {
			return p
		}
	}
	return nil
}

func (m *model) in(roomName string, except ...*person) (list []*person) {
	for _, p := range m.people {
		if p.room == roomName && !slices.Contains(except, p) {
			list = append(list, p)
		}
	}
	return list
}

func stars(list ...*person) string {
	var names []string
	for _, p := range list {
		name := p.user
		for _, stream := range p.streams {
			name += marked(stream)
		}
		names = append(names, name)
	}
	return strings.Join(names, ",")
}

func (m *model) tell(format string, args ...any) {
	m.heard = append(m.heard, fmt.Sprintf(format, args...))
}

func (m *model) join(req room.JoinRequest) room.Code {
	if p := m.byID(req.ID); p != nil {
		if p.user == req.User && p.room == req.Room {
			return room.CodeUserExists
		}
		return room.CodeRoomGeneric
	}
	_, exists := m.rooms[req.Room]
	switch {
	case !exists && !req.AutoCreate:
		return room.CodeRoomNotFound
	case !exists && len(m.rooms) >= modelMaxRooms:
		return room.CodeRoomNotCreated
	case m.byName(req.Room, req.User) != nil:
		return room.CodeUserExists
	case len(m.in(req.Room)) >= modelMaxParticipants:
		return room.CodeRoomGeneric
	}
	m.tell("%s: %s joined -> %s", req.Room, req.User, stars(m.in(req.Room)...))
	m.rooms[req.Room] = false
	m.people = append(m.people, &person{id: req.ID, user: req.User, room: req.Room})
	return 0
}

func (m *model) stopReceiving(publisher *person, streams ...string) {
	for _, p := range m.in(publisher.room) {
		for _, stream := range streams {
			p.stop(streamOf(publisher.user, stream))
		}
	}
}

// stop reports whether p received the stream.
func (p *person) stop(stream string) bool {
	before := len(p.receives)
	p.receives = slices.DeleteFunc(p.receives, func(s string) bool { return s == stream })
	return len(p.receives) < before
}

func (m *model) leave(id room.ParticipantID, evicted bool) room.Code {
	p := m.byID(id)
	if p == nil {
		return room.CodeUserNotFound
	}
	m.people = slices.DeleteFunc(m.people, func(o *person) bool { return o == p })
	m.stopReceiving(p, p.streams...)
	if evicted {
		m.tell("%s: %s left (evicted) -> %s", p.room, stars(p), stars(m.in(p.room)...))
		m.tell("%s: %s evicted", p.room, stars(p))
	} else {
		m.tell("%s: %s left (left) -> %s", p.room, stars(p), stars(m.in(p.room)...))
	}
	if len(m.in(p.room)) == 0 {
		delete(m.rooms, p.room)
	}
	return 0
}

func (m *model) publish(id room.ParticipantID, stream string) room.Code {
	p := m.byID(id)
	switch {
	case p == nil:
		return room.CodeUserNotFound
	case strings.Contains(stream, "_"):
		return room.CodeGeneric
	case slices.Contains(p.streams, stream), len(p.streams) == modelMaxStreams:
		return room.CodeMediaGeneric
	}
	p.streams = append(p.streams, stream)
	m.tell("%s: %s published%s -> %s", p.room, stars(p), unlessUsual(stream), stars(m.in(p.room, p)...))
	return 0
}

func (m *model) unpublish(id room.ParticipantID, stream string) room.Code {
	p := m.byID(id)
	switch {
	case p == nil:
		return room.CodeUserNotFound
	case !slices.Contains(p.streams, stream):
		return room.CodeUserNotStreaming
	}
	p.streams = slices.DeleteFunc(p.streams, func(s string) bool { return s == stream })
	m.stopReceiving(p, stream)
	m.tell("%s: %s unpublished%s -> %s", p.room, stars(p), unlessUsual(stream), stars(m.in(p.room, p)...))
	return 0
}

func (m *model) subscribe(id room.ParticipantID, publisher, stream string) room.Code {
	p := m.byID(id)
	if p == nil {
		return room.CodeUserNotFound
	}
	from := m.byName(p.room, publisher)
	switch {
	case from == p:
		return room.CodeUserNotStreaming
	case from == nil:
		return room.CodeUserNotFound
	case !slices.Contains(from.streams, stream):
		return room.CodeUserNotStreaming
	case slices.Contains(p.receives, streamOf(publisher, stream)):
		return 0
	case len(p.receives) >= modelMaxSubscriptions:
		return room.CodeMediaEndpoint
	}
	p.receives = append(p.receives, streamOf(publisher, stream))
	m.tell("%s: %s receives %s", p.room, stars(p), streamOf(publisher, stream))
	return 0
}

func (m *model) unsubscribe(id room.ParticipantID, publisher, stream string) room.Code {
	p := m.byID(id)
	if p == nil || m.byName(p.room, publisher) == nil {
		return room.CodeUserNotFound
	}
	if p.stop(streamOf(publisher, stream)) {
		m.tell("%s: %s receives %s no more", p.room, stars(p), streamOf(publisher, stream))
	}
	return 0
}

func (m *model) prefer(id room.ParticipantID, publisher, stream string) room.Code {
	p := m.byID(id)
	if p == nil || m.byName(p.room, publisher) == nil {
		return room.CodeUserNotFound
	}
	if !slices.Contains(p.receives, streamOf(publisher, stream)) {
		return room.CodeUserNotStreaming
	}
	return 0
}

func (m *model) say(id room.ParticipantID, msg room.Message) room.Code {
	p := m.byID(id)
	switch {
	case p == nil || p.user != msg.User:
		return room.CodeUserNotFound
	case p.room != msg.Room:
		return room.CodeRoomNotFound
	}
	m.tell("%s: %s says %q -> %s", p.room, stars(p), msg.Text, stars(m.in(p.room)...))
	return 0
}

func (m *model) create(name string) room.Code {
	if _, exists := m.rooms[name]; exists || len(m.rooms) >= modelMaxRooms {
		return room.CodeRoomNotCreated
	}
	m.rooms[name] = true
	return 0
}

func (m *model) close(name string) room.Code {
	if _, exists := m.rooms[name]; !exists {
		return room.CodeRoomNotFound
	}
	m.tell("%s: closed -> %s", name, stars(m.in(name)...))
	m.people = slices.DeleteFunc(m.people, func(p *person) bool { return p.room == name })
	delete(m.rooms, name)
	return 0
}

// compare looks at everything that can be asked.
func (m *model) compare(t *rapid.T, h *house) {
	same := func(what string, got, want any) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s (-model +manager):\n%s", what, diff)
		}
	}
	same("events", h.events.take(), m.heard)
	m.heard = nil
	same("rooms", strings.Join(h.Rooms(), " "), strings.Join(slices.Sorted(maps.Keys(m.rooms)), " "))
	publications, subscriptions := 0, 0
	for name := range m.rooms {
		all, err := h.Participants(name)
		if err != nil {
			t.Fatal(err)
		}
		same("participants of "+name, to(all), stars(m.in(name)...))
	}
	for _, p := range m.people {
		from, err := h.PublishersOf(p.id)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, q := range from {
			names = append(names, q.User)
		}
		var want []string
		for _, q := range m.in(p.room) {
			if slices.ContainsFunc(q.streams, func(s string) bool { return slices.Contains(p.receives, streamOf(q.user, s)) }) {
				want = append(want, q.user)
			}
		}
		same("publishers of "+p.user, strings.Join(names, " "), strings.Join(want, " "))
		subscriptions += len(p.receives)
		publications += len(p.streams)
	}
	s := h.Stats()
	same("counts", []int{s.Rooms, s.Participants, s.Publications, s.Subscriptions},
		[]int{len(m.rooms), len(m.people), publications, subscriptions})
	same("open connections", h.media.open(), publications+subscriptions)
}

func TestManagerBehavesAsItsModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h := &house{t: t, media: &fakeMedia{}, events: &recorder{subscriptions: true}}
		h.Manager = room.NewManager(h.media, room.Options{
			MaxRooms: modelMaxRooms, MaxParticipants: modelMaxParticipants, MaxSubscriptions: modelMaxSubscriptions, MaxStreams: modelMaxStreams,
		})
		h.Handle(h.events)
		m := &model{rooms: make(map[string]bool)}
		ctx := context.Background()
		defer func() {
			if err := h.Close(ctx); err != nil {
				rt.Fatal(err)
			}
		}()
		ids := rapid.SampledFrom([]room.ParticipantID{"1", "2", "3", "4", "5", "6"})
		names := rapid.SampledFrom([]string{"ann", "bob", "cid", "dan"})
		rooms := rapid.SampledFrom([]string{"r", "s", "t"})
		streams := rapid.SampledFrom([]string{room.DefaultStream, room.ScreenStream, "third", "a_b"})
		agree := func(t *rapid.T, err error, want room.Code) {
			t.Helper()
			var refusal *room.Error
			var got room.Code
			if errors.As(err, &refusal) {
				got = refusal.Code
			}
			if got != want || (err != nil) != (want != 0) {
				t.Fatalf("manager says %v, model says code %d", err, want)
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"": func(t *rapid.T) { m.compare(t, h) },
			"join": func(t *rapid.T) {
				req := room.JoinRequest{
					ID: ids.Draw(t, "id"), User: names.Draw(t, "user"), Room: rooms.Draw(t, "room"),
					AutoCreate: rapid.Bool().Draw(t, "create"),
				}
				_, err := h.Join(ctx, req)
				agree(t, err, m.join(req))
			},
			"leave": func(t *rapid.T) {
				id := ids.Draw(t, "id")
				_, err := h.Leave(ctx, id)
				agree(t, err, m.leave(id, false))
			},
			"evict": func(t *rapid.T) {
				id := ids.Draw(t, "id")
				agree(t, h.Evict(ctx, id), m.leave(id, true))
			},
			"publish": func(t *rapid.T) {
				id, stream := ids.Draw(t, "id"), streams.Draw(t, "stream")
				_, err := h.Publish(ctx, id, room.PublishRequest{Stream: stream, Offer: "o"})
				agree(t, err, m.publish(id, stream))
			},
			"unpublish": func(t *rapid.T) {
				id, stream := ids.Draw(t, "id"), streams.Draw(t, "stream")
				agree(t, h.Unpublish(ctx, id, stream, nil), m.unpublish(id, stream))
			},
			"subscribe": func(t *rapid.T) {
				id, publisher, stream := ids.Draw(t, "id"), names.Draw(t, "publisher"), streams.Draw(t, "stream")
				_, err := h.Subscribe(ctx, id, room.SubscribeRequest{Publisher: publisher, Stream: stream, Offer: "o"})
				agree(t, err, m.subscribe(id, publisher, stream))
			},
			"unsubscribe": func(t *rapid.T) {
				id, publisher, stream := ids.Draw(t, "id"), names.Draw(t, "publisher"), streams.Draw(t, "stream")
				agree(t, h.Unsubscribe(ctx, id, publisher, stream), m.unsubscribe(id, publisher, stream))
			},
			"prefer": func(t *rapid.T) {
				id, publisher, stream := ids.Draw(t, "id"), names.Draw(t, "publisher"), streams.Draw(t, "stream")
				agree(t, h.SetPreferredLayers(ctx, id, publisher, stream, room.Layers{}), m.prefer(id, publisher, stream))
			},
			"prefer video": func(t *rapid.T) {
				id, publisher, stream := ids.Draw(t, "id"), names.Draw(t, "publisher"), streams.Draw(t, "stream")
				agree(t, h.SetVideoPreference(ctx, id, publisher, stream, room.VideoPreference{}), m.prefer(id, publisher, stream))
			},
			"report": func(t *rapid.T) {
				id, publisher, stream := ids.Draw(t, "id"), names.Draw(t, "publisher"), streams.Draw(t, "stream")
				agree(t, h.ReportStatistics(ctx, id, publisher, stream, room.ReceiverStatistics{}), m.prefer(id, publisher, stream))
			},
			"say": func(t *rapid.T) {
				id := ids.Draw(t, "id")
				msg := room.Message{User: names.Draw(t, "user"), Room: rooms.Draw(t, "room"), Text: "hi"}
				agree(t, h.SendMessage(ctx, id, msg), m.say(id, msg))
			},
			"create": func(t *rapid.T) {
				name := rooms.Draw(t, "room")
				agree(t, h.CreateRoom(name, room.Settings{}), m.create(name))
			},
			"close": func(t *rapid.T) {
				name := rooms.Draw(t, "room")
				_, err := h.CloseRoom(ctx, name)
				agree(t, err, m.close(name))
			},
		})
	})
}
