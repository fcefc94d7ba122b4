package whip

import (
	"cmp"
	"net/http"
	"sync"
	"time"

	"github.com/atrium-rtc/atrium/room"
)

// How clients wait in the lobby of a room: they ask again every retryLobby, and who has not
// asked for lobbyPatience has given up.
const (
	retryLobby    = 5 * time.Second
	lobbyPatience = 30 * time.Second
)

// caller is who asks for a session, as far as another request can be known to be the same
// one's: a token says so, a name alone does not.
type caller struct {
	kind                 kind
	room, user, identity string
}

// lobby remembers who waits in lobbies between two requests, each of which would have an id
// of its own. The zero value is ready.
type lobby struct {
	mu      sync.Mutex
	waiting map[caller]*waiter
	shut    bool
}

// waiter is one that a room's lobby knows by id.
type waiter struct {
	id     room.ParticipantID
	expiry *time.Timer
	denied bool
	reason string // a moderator's, for people
}

// caller returns who a session is for, and false if it could be anybody.
func (s *session) caller() (caller, bool) {
	join := s.pass.Join
	return caller{s.kind, s.room, s.user, join.Identity}, join.Identity != ""
}

// resume gives a session the id under which its caller waits, if it does. It fails when a
// moderator has sent the caller away, once.
func (s *Server) resume(session *session) error {
	who, known := session.caller()
	if !known {
		return nil
	}
	w := s.lobby.take(who)
	switch {
	case w == nil:
		return nil
	case w.denied:
		return refuse(http.StatusForbidden, cmp.Or(w.reason, "a moderator did not let you in"))
	}
	session.id = w.id
	return nil
}

// linger keeps the caller of a session in the lobby until it asks again, and returns what
// it is told. Whoever cannot be known again does not wait.
func (s *Server) linger(session *session) error {
	who, known := session.caller()
	if !known || !s.lobby.keep(who, session.id, func() { s.leaving.Go(func() { s.leave(session) }) }) {
		s.leave(session)
		return room.ErrWaiting
	}
	return &refusal{
		status: http.StatusServiceUnavailable, retryAfter: retryLobby,
		detail: "this room has a lobby: ask again until a moderator lets you in",
	}
}

// keep remembers who waits; gaveUp is called with the lock held if it does not ask again in time.
// It reports false when the server is shut down.
func (l *lobby) keep(who caller, id room.ParticipantID, gaveUp func()) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.shut {
		return false
	}
	if l.waiting == nil {
		l.waiting = make(map[caller]*waiter)
	}
	w := &waiter{id: id}
	w.expiry = time.AfterFunc(lobbyPatience, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.waiting[who] == w {
			delete(l.waiting, who)
			gaveUp()
		}
	})
	l.waiting[who] = w
	return true
}

// take forgets who waits, and returns it; nil if nobody does.
func (l *lobby) take(who caller) *waiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.waiting[who]
	if w != nil {
		w.expiry.Stop()
		delete(l.waiting, who)
	}
	return w
}

// deny notes that a moderator sent an id away.
func (l *lobby) deny(id room.ParticipantID, reason string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, w := range l.waiting {
		if w.id == id {
			w.denied, w.reason = true, reason
		}
	}
}

// close returns who waits, and lets nobody wait any more.
func (l *lobby) close() (ids []room.ParticipantID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.shut = true
	for _, w := range l.waiting {
		w.expiry.Stop()
		ids = append(ids, w.id)
	}
	clear(l.waiting)
	return ids
}
