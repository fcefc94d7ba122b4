package room

import "context"

// Moderator acts on one room: for the application, or for a participant of it who has
// MayModerate at the moment in which it acts. It is a value and holds nothing. Its
// methods, like the Manager's, may be called from any goroutine but not from an
// EventHandler.
//
// Errors of every method: 202 when there is no such room, and 102, 203 and CodeNotPermitted
// when a participant acts and is not in a room, its room is closed, or it may not.
// Methods that name a user return 102 when nobody of that name is there.
type Moderator struct {
	manager *Manager
	room    string
	by      ParticipantID // empty: the application
}

// Moderate returns a Moderator for the application.
func (m *Manager) Moderate(room string) Moderator { return Moderator{manager: m, room: room} }

// ModerateAs returns a Moderator for a participant, in the room in which it is.
func (m *Manager) ModerateAs(id ParticipantID) Moderator { return Moderator{manager: m, by: id} }

// do runs fn on the room's goroutine. by is nil for the application.
func (o Moderator) do(ctx context.Context, fn func(r *room, by *member) error) error {
	if o.by == "" {
		var refused error
		err := o.manager.withRoom(ctx, o.room, func(r *room) { refused = o.manager.counters.refused(fn(r, nil)) })
		if err == nil {
			err = refused
		}
		return err
	}
	return o.manager.withParticipantRoom(ctx, o.by, func(r *room) error {
		by, err := r.state.member(o.by)
		switch {
		case err != nil:
			return err
		case !by.grants.Has(MayModerate):
			return refuseNotPermitted("moderate")
		}
		return fn(r, by)
	})
}

// at is do for what concerns one user of the room.
func (o Moderator) at(ctx context.Context, user string, fn func(r *room, who, by *member) error) error {
	return o.do(ctx, func(r *room, by *member) error {
		who := r.state.users[user]
		if who == nil {
			return refuseUnknownUser(user, r.state.name)
		}
		return fn(r, who, by)
	})
}

// nameOf is a moderator's name in events and logs.
func nameOf(by *member) string {
	if by == nil {
		return ""
	}
	return by.user
}

// shownName is nameOf for those who may not know of hidden moderators.
func shownName(by *member) string {
	if by != nil && by.grants.Has(MayHide) {
		return ""
	}
	return nameOf(by)
}

// Unpublish ends a stream of a user, "" being DefaultStream. It may publish again, if it
// may publish, and hears of it with a MediaErrorEvent. Errors: 105 when the user does not publish it.
func (o Moderator) Unpublish(ctx context.Context, user, stream string) error {
	return o.at(ctx, user, func(r *room, who, by *member) error {
		r.log.Info("unpublished by a moderator", "user", user, "by", nameOf(by))
		return r.takeStream(who, streamID(stream))
	})
}

// maxReasonBytes bounds what a moderator says of why. Everybody in the room is told, and a ban keeps it.
const maxReasonBytes = 1024

func checkReason(reason string) error {
	if len(reason) > maxReasonBytes {
		return refuseLongReason(maxReasonBytes)
	}
	return nil
}

// Evict removes a user, who may come back. reason is for people, and may be empty. Errors: 999 when it is longer than 1024
// bytes.
func (o Moderator) Evict(ctx context.Context, user, reason string) error {
	return o.at(ctx, user, func(r *room, who, by *member) error {
		if err := checkReason(reason); err != nil {
			return err
		}
		r.log.Info("evicted by a moderator", "user", user, "by", nameOf(by))
		_, err := r.removeFor(who.id, LeftByEvict, reason)
		return err
	})
}

// Close closes the room with everybody in it, as CloseRoom does. reason is for people,
// and may be empty. Errors: 999 when it is longer than 1024 bytes.
func (o Moderator) Close(ctx context.Context, reason string) error {
	return o.do(ctx, func(r *room, by *member) error {
		if err := checkReason(reason); err != nil {
			return err
		}
		if _, err := r.registry.beginClose(r.state.name); err != nil {
			return err
		}
		r.log.Info("closed by a moderator", "by", nameOf(by))
		r.close(reason)
		return nil
	})
}

// Change says what of a participant is another now; they are combined with |.
type Change uint8

// The changes.
const (
	ChangedHand Change = 1 << iota
	ChangedMetadata
	ChangedGrants
	ChangedMute
	ChangedOff   // what it says that it sends nothing of
	ChangedReach // whether anything comes from it
)

// ParticipantChangedEvent says that something of Participant is another now. By is the
// user name of the moderator who did it; empty: the application, or Participant itself.
// Others are all but it.
type ParticipantChangedEvent struct {
	Participant ParticipantInfo
	Changed     Change
	By          string
	Others      []ParticipantInfo
}

// tellChanged tells everybody of a change of who.
func (r *room) tellChanged(who *member, changed Change, by string) {
	event := ParticipantChangedEvent{Participant: r.state.info(who), Changed: changed, By: by, Others: r.state.audience(who)}
	r.emit("OnParticipantChanged", func(h EventHandler) { h.OnParticipantChanged(event) })
}
