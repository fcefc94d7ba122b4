package room

import (
	"context"
	"slices"
	"time"
)

// Bounds of a lobby.
const (
	maxWaiting  = 256         // participants of one room
	maxAdmitted = 256         // who have not come yet
	admission   = time.Minute // in which an admitted one has to come
)

// WaitingInfo is somebody who waits in the lobby of a room.
type WaitingInfo struct {
	ID       ParticipantID
	User     string
	Identity string
	Role     string
	Room     string
	Since    time.Time
}

// WaitingOutcome says how somebody's waiting in a lobby ended.
type WaitingOutcome string

// The outcomes.
const (
	Admitted    WaitingOutcome = "admitted" // joins again now, and comes in
	Denied      WaitingOutcome = "denied"   // also by a ban, or the end of the room
	GaveUpEntry WaitingOutcome = "gave up"
)

// WaitingEvent says that somebody waits in the lobby. Moderators are who can admit it.
type WaitingEvent struct {
	Waiting    WaitingInfo
	Moderators []ParticipantInfo
}

// WaitingEndedEvent says that somebody waits no longer. Reason is a moderator's, for
// people, and may be empty.
type WaitingEndedEvent struct {
	Waiting    WaitingInfo
	Outcome    WaitingOutcome
	Reason     string
	Moderators []ParticipantInfo
}

// Admit lets somebody in who waits: it is told, and comes in when it joins again within a
// minute, with the same id, or under the same name with the same identity. Errors: 102 when
// nobody of that name waits.
func (o Moderator) Admit(ctx context.Context, user string) error {
	return o.inLobby(ctx, user, func(r *room, w *WaitingInfo, by *member) error {
		r.log.Info("admitted by a moderator", "user", user, "by", nameOf(by))
		r.admitWaiting(w)
		return nil
	})
}

// Deny sends somebody away who waits. It may ask again; Ban keeps it out. Errors: 102 when
// nobody of that name waits; 999 when reason is longer than 1024 bytes.
func (o Moderator) Deny(ctx context.Context, user, reason string) error {
	return o.inLobby(ctx, user, func(r *room, w *WaitingInfo, by *member) error {
		if err := checkReason(reason); err != nil {
			return err
		}
		r.log.Info("denied by a moderator", "user", user, "by", nameOf(by))
		r.endWaiting(w, Denied, reason)
		return nil
	})
}

// inLobby is do for what concerns one user who waits.
func (o Moderator) inLobby(ctx context.Context, user string, fn func(r *room, w *WaitingInfo, by *member) error) error {
	return o.do(ctx, func(r *room, by *member) error {
		w := r.state.lobby.named(user)
		if w == nil {
			return refuseUnknownUser(user, r.state.name)
		}
		return fn(r, w, by)
	})
}

// Waiting returns who waits, longest first.
func (o Moderator) Waiting(ctx context.Context) (list []WaitingInfo, err error) {
	err = o.do(ctx, func(r *room, _ *member) error {
		for _, w := range r.state.lobby.waiting {
			list = append(list, *w)
		}
		return nil
	})
	return list, err
}

// StopWaiting ends the waiting of an id that waits in a lobby, wherever that is; it
// reports whether it did.
func (m *Manager) StopWaiting(ctx context.Context, id ParticipantID) bool {
	r := m.registry.waitsIn(id)
	if r == nil {
		return false
	}
	stopped := false
	_ = r.call(ctx, func() { // a room that has ended has nobody waiting
		if w := r.state.lobby.of(id); w != nil {
			r.endWaiting(w, GaveUpEntry, "")
			stopped = true
		}
	})
	return stopped
}

// waits returns why somebody is not let in who came to a room with a lobby: it has to wait,
// or cannot even do that.
func (s *state) waits(req *JoinRequest) error {
	switch w := s.lobby.named(req.User); {
	case w != nil && w.ID != req.ID:
		return refuseDuplicateUser(req.User, s.name)
	case w == nil && len(s.lobby.waiting) >= maxWaiting:
		return refuseFullLobby(s.name)
	}
	return refuseWaiting(s.name)
}

// wait has somebody wait whom the state did not let in.
func (r *room) wait(req *JoinRequest, now time.Time) {
	if r.state.lobby.of(req.ID) != nil {
		return // asks again
	}
	w := &WaitingInfo{
		ID: req.ID, User: req.User, Identity: req.Identity, Role: grantedFrom(req).Role, Room: r.state.name, Since: now,
	}
	r.state.lobby.waiting = append(r.state.lobby.waiting, w)
	r.registry.wait(req.ID, r)
	r.log.Info("waits in the lobby", "user", req.User, "waiting", len(r.state.lobby.waiting))
	event := WaitingEvent{Waiting: *w, Moderators: r.state.moderators()}
	r.emit("OnWaiting", func(h EventHandler) { h.OnWaiting(event) })
}

// admitWaiting ends somebody's waiting and lets it in when it comes.
func (r *room) admitWaiting(w *WaitingInfo) {
	r.state.lobby.admit(w, time.Now())
	r.endWaiting(w, Admitted, "")
}

// endWaiting takes somebody out of the lobby and tells it and the moderators.
func (r *room) endWaiting(w *WaitingInfo, outcome WaitingOutcome, reason string) {
	r.state.lobby.remove(w)
	r.registry.unwait(w.ID)
	r.log.Info("waits no longer", "user", w.User, "outcome", outcome)
	event := WaitingEndedEvent{Waiting: *w, Outcome: outcome, Reason: reason, Moderators: r.state.moderators()}
	r.emit("OnWaitingEnded", func(h EventHandler) { h.OnWaitingEnded(event) })
}

// moderators returns who may admit.
func (s *state) moderators() []ParticipantInfo {
	return s.infos(func(m *member) bool { return m.grants.Has(MayModerate) })
}

// lobby is who waits to be let in, and who was admitted and has not come yet.
type lobby struct {
	waiting  []*WaitingInfo // longest first
	admitted []admittance
}

// admittance lets somebody in until a time.
type admittance struct {
	id             ParticipantID
	user, identity string
	until          time.Time
}

func (l *lobby) of(id ParticipantID) *WaitingInfo {
	return l.find(func(w *WaitingInfo) bool { return w.ID == id })
}

func (l *lobby) named(user string) *WaitingInfo {
	return l.find(func(w *WaitingInfo) bool { return w.User == user })
}

func (l *lobby) find(is func(*WaitingInfo) bool) *WaitingInfo {
	if i := slices.IndexFunc(l.waiting, is); i >= 0 {
		return l.waiting[i]
	}
	return nil
}

func (l *lobby) all() []*WaitingInfo { return slices.Clone(l.waiting) }

func (l *lobby) remove(w *WaitingInfo) {
	l.waiting = slices.DeleteFunc(l.waiting, func(o *WaitingInfo) bool { return o == w })
}

// admit notes that somebody may come in; the oldest note gives way to too many.
func (l *lobby) admit(w *WaitingInfo, now time.Time) {
	l.admitted = slices.DeleteFunc(l.admitted, func(a admittance) bool { return !now.Before(a.until) })
	if len(l.admitted) >= maxAdmitted {
		l.admitted = l.admitted[1:]
	}
	l.admitted = append(l.admitted, admittance{w.ID, w.User, w.Identity, now.Add(admission)})
}

// enter uses up the note that lets somebody in, if there is one.
func (l *lobby) enter(req *JoinRequest, now time.Time) bool {
	i := slices.IndexFunc(l.admitted, func(a admittance) bool {
		same := a.id == req.ID || a.identity != "" && a.identity == req.Identity
		return same && a.user == req.User && now.Before(a.until)
	})
	if i < 0 {
		return false
	}
	l.admitted = slices.Delete(l.admitted, i, i+1)
	return true
}
