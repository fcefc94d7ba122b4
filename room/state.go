package room

import (
	"maps"
	"slices"
	"strconv"
)

// state is everything a room knows and decides: who is in it, whose stream is
// published, who receives what, and what is being negotiated. It has no
// goroutine, lock, clock or logger and never calls a connection; it returns
// the connections to release and the people to tell. The room's goroutine
// owns it.
type state struct {
	name    string
	limits  limits
	order   []*member // by time of joining
	users   map[string]*member
	ids     map[ParticipantID]*member
	awaited bool // made by CreateRoom, nobody has joined yet
	closed  bool // by CloseRoom or Close; a room that ran empty is not closed

	floor floor // who speaks
}

// limits are caps on what participants can make a room hold; 0 is no limit for
// participants and subscriptions.
type limits struct {
	participants  int
	subscriptions int
	streams       int // that one participant publishes at a time
	early         earlyLimits
}

func newState(name string, l limits) *state {
	return &state{
		name: name, limits: l,
		users: make(map[string]*member), ids: make(map[ParticipantID]*member),
	}
}

// member returns the participant, or why there is none.
func (s *state) member(id ParticipantID) (*member, error) {
	if s.closed {
		return nil, refuseRoomClosed(s.name)
	}
	if m, ok := s.ids[id]; ok {
		return m, nil
	}
	return nil, refuseUnknownID(id)
}

// join adds a participant. User names are compared byte by byte.
func (s *state) join(id ParticipantID, user string) (*member, error) {
	switch {
	case s.closed:
		return nil, refuseJoinClosing(user, s.name)
	case s.users[user] != nil:
		return nil, refuseDuplicateUser(user, s.name)
	case s.limits.participants > 0 && len(s.order) >= s.limits.participants:
		return nil, refuseFullRoom(s.name, s.limits.participants)
	}
	m := newMember(id, user)
	s.order = append(s.order, m)
	s.users[user], s.ids[id] = m, m
	s.awaited = false
	return m, nil
}

// leave removes a participant with all its connections and the others'
// subscriptions to it, and returns these connections in the order in which to
// release them.
func (s *state) leave(m *member) []*connection {
	var gone []*connection
	for _, at := range slices.Clone(m.publish) {
		gone = append(gone, s.endPublication(m, at, refuseUserClosed(m.user), refuseUnknownSender(m.user, s.name))...)
	}
	for from := range m.receive {
		gone = append(gone, s.endReception(m, from, refuseUserClosed(m.user))...)
	}
	for _, o := range s.order {
		maps.DeleteFunc(o.early, func(of streamName, _ []ICECandidate) bool { return of.user == m.user })
	}
	delete(s.users, m.user)
	delete(s.ids, m.id)
	s.order = slices.DeleteFunc(s.order, func(o *member) bool { return o == m })
	return gone
}

// close removes everybody and refuses everything from now on.
func (s *state) close() []*connection {
	var gone []*connection
	for _, m := range s.order {
		for from := range m.receive {
			gone = append(gone, s.endReception(m, from, refuseRoomClosed(s.name))...)
		}
	}
	for _, m := range s.order {
		for _, at := range slices.Clone(m.publish) {
			gone = append(gone, s.endPublication(m, at, refuseRoomClosed(s.name), nil)...)
		}
	}
	s.order, s.awaited, s.closed = nil, false, true
	clear(s.users)
	clear(s.ids)
	return gone
}

// vacant reports that nobody is here and nobody is waited for.
func (s *state) vacant() bool { return len(s.order) == 0 && !s.awaited }

// info is a snapshot of one participant.
func (s *state) info(m *member) ParticipantInfo {
	return ParticipantInfo{ID: m.id, User: m.user, Room: s.name, Publishing: len(m.streams) > 0, Streams: m.streams}
}

// session names a participant among all rooms.
func (s *state) session(m *member) string { return strconv.Quote(s.name) + " " + strconv.Quote(m.user) }

// infos returns snapshots of those for whom keep holds (nil: everybody), by
// time of joining.
func (s *state) infos(keep func(*member) bool) []ParticipantInfo {
	list := make([]ParticipantInfo, 0, len(s.order))
	for _, m := range s.order {
		if keep == nil || keep(m) {
			list = append(list, s.info(m))
		}
	}
	return list
}

// others returns snapshots of everybody but m.
func (s *state) others(m *member) []ParticipantInfo {
	return s.infos(func(o *member) bool { return o != m })
}
