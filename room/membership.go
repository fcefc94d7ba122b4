package room

import (
	"context"
	"errors"
	"time"

	"github.com/atrium-rtc/atrium/internal/tracing"
)

// JoinRequest asks to join.
type JoinRequest struct {
	// ID is the participant's; it must not be in any room.
	ID ParticipantID
	// User must be unique in the room, byte by byte. Neither name may be empty.
	User, Room string
	// DataChannels is what Kurento's clients announce. Neither the original nor
	// this server forwards data between participants; it is accepted and has no
	// effect.
	DataChannels bool
	// AutoCreate creates the room when it does not exist; without it such a join
	// fails with CodeRoomNotFound.
	AutoCreate bool
}

// Join adds a participant and returns those who were there before, by time of
// joining. The others have heard of it when Join returns.
//
// Errors: 104 when the room has a participant of that name, the same one
// joining twice included; 201 when the participant is in another room, or here
// under another name (Kurento let it in twice), and when the room is full; 202
// when the room is absent and AutoCreate is off; 203 when it is being closed; 204
// when it cannot be created; 999 for empty or overlong names.
func (m *Manager) Join(ctx context.Context, req JoinRequest) ([]ParticipantInfo, error) {
	began := time.Now()
	tracing.FromContext(ctx).Text(roomAttribute, req.Room)
	ctx, span := tracing.Start(ctx, "room.join")
	defer span.End()
	r, err := m.enter(ctx, req)
	if err != nil {
		return nil, m.counters.refused(failed(span, err))
	}
	var others []ParticipantInfo
	if stop := r.call(ctx, func() { others, err = r.admit(ctx, req) }); stop != nil {
		m.registry.refused(r, req.ID)
		r.poke()
		if err = stop; errors.Is(stop, errEnded) { // only closing ends a room that is being joined
			err = refuseJoinClosing(req.User, req.Room)
		}
	}
	if err == nil {
		m.counters.entered(began)
		span.Number("atrium.participants", int64(len(others)+1))
	}
	return others, m.counters.refused(failed(span, err))
}

// enter checks the names, and reserves a seat in the room, which it makes when
// that is allowed. The policy is foreign code and is asked without a lock held.
func (m *Manager) enter(ctx context.Context, req JoinRequest) (*room, error) {
	if err := m.checkNames(req); err != nil {
		return nil, err
	}
	if r, err := m.registry.enter(req, nil); r != nil || err != nil {
		return r, err
	}
	if !req.AutoCreate {
		return nil, refuseJoinAbsent(req.User, req.Room)
	}
	if m.opts.Policy != nil {
		_, asking := tracing.Start(ctx, "room.policy")
		err := m.opts.Policy.AllowCreate(req.Room, req.User)
		asking.End()
		if err != nil {
			tracing.Logger(ctx, m.opts.Logger).Info("policy refused a room", "room", req.Room, "user", req.User, "reason", err)
			return nil, refusePolicy(err)
		}
	}
	return m.registry.enter(req, m.launch)
}

// launch starts a room's goroutine.
func (m *Manager) launch(name string) *room {
	r := m.start(name)
	m.running.Go(r.run)
	return r
}

func (m *Manager) checkNames(req JoinRequest) error {
	switch {
	case req.ID == "":
		return refuseEmptyID()
	case req.User == "":
		return refuseEmptyUser()
	case len(req.User) > m.opts.MaxNameBytes:
		return refuseLongName("user", m.opts.MaxNameBytes)
	}
	return m.checkRoomName(req.Room)
}

func (m *Manager) checkRoomName(name string) error {
	switch {
	case name == "":
		return refuseEmptyRoom()
	case len(name) > m.opts.MaxNameBytes:
		return refuseLongName("room", m.opts.MaxNameBytes)
	}
	return nil
}

// admit settles the join that enter began.
func (r *room) admit(ctx context.Context, req JoinRequest) ([]ParticipantInfo, error) {
	who, err := r.state.join(req.ID, req.User)
	if err != nil {
		r.registry.refused(r, req.ID)
		return nil, err
	}
	r.registry.admitted(r)
	r.counters.joined()
	r.tally.participants.Add(1)
	who.since = time.Now()
	event := JoinedEvent{Participant: r.state.info(who), Others: r.state.others(who)}
	tracing.Logger(ctx, r.log).Info("joined", "user", who.user, "participants", len(event.Others)+1)
	r.emit("OnJoined", func(h EventHandler) { h.OnJoined(event) })
	return r.state.others(who), nil
}

// Leave removes a participant and returns those who remain; none means that the
// room ended. Its connections and the subscriptions to it are closed and the
// others have heard of it when Leave returns. Errors: 102, 203.
func (m *Manager) Leave(ctx context.Context, id ParticipantID) ([]ParticipantInfo, error) {
	var remaining []ParticipantInfo
	err := m.withParticipantRoom(ctx, id, func(r *room) (err error) {
		remaining, err = r.remove(id, LeftByRequest)
		return err
	})
	return remaining, err
}

// Evict removes a participant against its will: the others get LeftEvent, then
// it gets EvictedEvent. Errors: 102, 203.
func (m *Manager) Evict(ctx context.Context, id ParticipantID) error {
	return m.withParticipantRoom(ctx, id, func(r *room) error {
		_, err := r.remove(id, LeftByEvict)
		return err
	})
}

func (r *room) remove(id ParticipantID, why LeaveReason) ([]ParticipantInfo, error) {
	m, err := r.state.member(id)
	if err != nil {
		return nil, err
	}
	who := r.state.info(m)
	r.release(r.state.leave(m))
	remaining := r.state.infos(nil)
	r.counters.left(why, 1)
	r.tally.participants.Add(-1)
	r.log.Info("left", "user", m.user, "reason", why, "participants", len(remaining))
	event := LeftEvent{Participant: who, Remaining: remaining, Reason: why}
	r.emit("OnLeft", func(h EventHandler) { h.OnLeft(event) })
	if why == LeftByEvict {
		r.emit("OnEvicted", func(h EventHandler) { h.OnEvicted(EvictedEvent{who}) })
	}
	// The seat is free only now: what the participant does in its next room is
	// heard after its leaving this one.
	r.registry.leave(id)
	return remaining, nil
}
