package room

import (
	"maps"
	"slices"
	"strconv"
	"time"
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

	settings Settings
	lobby    lobby
	bans     []BanInfo
	history  history
	begun    time.Time // when the first one joined; zero: nobody yet
	emptied  time.Time // when the last one left; zero: somebody is here, or nobody was yet

	floor floor // who speaks

	verdictsDue time.Time // somebody is to be told of changed verdicts; zero: nobody
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

// join adds a participant, or returns why it may not come in: CodeWaiting is for one who
// is to wait in the lobby. User names are compared byte by byte.
func (s *state) join(req *JoinRequest, now time.Time) (*member, error) {
	grants := grantedFrom(req)
	moderates, places := grants.Has(MayModerate), s.limits.participants
	if most := s.settings.MaxParticipants; most > 0 && (places == 0 || most < places) {
		places = most
	}
	switch {
	case s.closed:
		return nil, refuseJoinClosing(req.User, s.name)
	case s.banned(req.User, req.Identity, now):
		return nil, refuseBanned(req.User, s.name)
	case s.users[req.User] != nil:
		return nil, refuseDuplicateUser(req.User, s.name)
	case !grants.Has(MayJoin):
		return nil, refuseNotPermitted("join")
	case s.settings.Locked && !moderates:
		return nil, refuseLocked(s.name)
	case places > 0 && len(s.order) >= places:
		return nil, refuseFullRoom(s.name, places)
	case s.settings.Lobby && !moderates && !s.lobby.enter(req, now):
		return nil, s.waits(req)
	}
	m := newMember(req.ID, req.User)
	m.since, m.grants, m.identity, m.metadata, m.paired = now, grants, req.Identity, req.Metadata, req.Paired
	if mute := s.settings.MuteOnEntry; mute != 0 && !moderates {
		m.silenced = map[string]silence{DefaultStream: {kinds: mute, asked: mute}}
	}
	s.order = append(s.order, m)
	s.users[req.User], s.ids[req.ID] = m, m
	s.awaited, s.emptied = false, time.Time{}
	if s.begun.IsZero() {
		s.begun = now
	}
	return m, nil
}

// leave removes a participant with all its connections and the others'
// subscriptions to it, and returns these connections in the order in which to
// release them.
func (s *state) leave(m *member, now time.Time) []*connection {
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
	if len(s.order) == 0 {
		s.emptied = now
	}
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

// vacant reports that nobody is here, nobody waits or is waited for, and the room is not
// kept for those who may come back.
func (s *state) vacant(now time.Time) bool {
	return len(s.order) == 0 && !s.awaited && len(s.lobby.waiting) == 0 && !now.Before(s.keptUntil())
}

// info is a snapshot of one participant.
func (s *state) info(m *member) ParticipantInfo {
	return ParticipantInfo{
		ID: m.id, User: m.user, Room: s.name, Publishing: len(m.streams) > 0, Streams: m.streams,
		Identity: m.identity, Role: m.grants.Role, Permissions: m.grants.Permissions, Metadata: m.metadata,
		HandRaised: m.hand, Unreachable: m.unreachable, Hidden: m.grants.Has(MayHide), Paired: m.paired,
	}
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

// audience returns who is told about m: everybody else, and nobody when m is hidden.
func (s *state) audience(m *member) []ParticipantInfo {
	if m.grants.Has(MayHide) {
		return nil
	}
	return s.others(m)
}

// company returns whom m is told about: everybody else who is not hidden.
func (s *state) company(m *member) []ParticipantInfo {
	return s.infos(func(o *member) bool { return o != m && !o.grants.Has(MayHide) })
}
