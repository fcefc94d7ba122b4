package room

import (
	"context"
	"encoding/json"
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
	// Grants are what the participant may do; nil is DefaultGrants.
	Grants *Grants
	// Identity is who the participant is for good, whatever its name in the room; empty
	// is not known.
	Identity string
	// Metadata is a JSON object about the participant for everybody in the room, in 2 KiB
	// at most; nil is none. It must not be changed.
	Metadata json.RawMessage
	// Paired asks for paired connections: one on which the participant publishes
	// everything, PublishStreams, and one on which it receives everything, ReceiveStreams. It
	// has no effect with a Media that has none.
	Paired bool
}

// Join adds a participant and returns those who were there before, by time of
// joining. The others have heard of it when Join returns.
//
// Errors: 104 when the room has a participant of that name, the same one
// joining twice included; 201 when the participant is in another room, or here
// under another name (Kurento let it in twice), and when the room is full; 202
// when the room is absent and AutoCreate is off; 203 when it is being closed; 204
// when it cannot be created; 999 for empty or overlong names and metadata; 403 when the
// grants do not allow it, the user is banned or the policy refuses; 423 when the room is
// locked; 425 when the participant has to wait in the lobby, and does so from then on:
// it joins again when it is admitted, or calls StopWaiting.
func (m *Manager) Join(ctx context.Context, req JoinRequest) ([]ParticipantInfo, error) {
	began := time.Now()
	tracing.FromContext(ctx).Text(roomAttribute, req.Room)
	ctx, span := tracing.Start(ctx, "room.join")
	defer span.End()
	if m.opts.Policy.Join != nil {
		if err := m.askJoin(ctx, &req); err != nil {
			return nil, m.counters.refused(failed(span, err))
		}
	}
	r, err := m.enter(ctx, req)
	if err != nil {
		return nil, m.counters.refused(failed(span, err))
	}
	if elsewhere := m.registry.waitsIn(req.ID); elsewhere != nil && elsewhere != r {
		m.StopWaiting(ctx, req.ID)
	}
	var others []ParticipantInfo
	req.Paired = req.Paired && m.PairedConnections()
	if stop := r.call(ctx, func() { others, err = r.admit(ctx, &req) }); stop != nil {
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
	with := m.opts.Settings
	if m.opts.Policy.Create != nil {
		if err := m.askCreate(ctx, req, &with); err != nil {
			return nil, err
		}
	}
	return m.registry.enter(req, func(name string) *room { return m.launch(name, with, req.User, false) })
}

// askJoin has the policy decide about a join, and rewrite it but for ID and Room.
func (m *Manager) askJoin(ctx context.Context, req *JoinRequest) error {
	id, name := req.ID, req.Room
	err := m.decide(ctx, "Join", ParticipantInfo{Room: name, User: req.User}, func() error {
		return m.opts.Policy.Join(ctx, req)
	})
	req.ID, req.Room = id, name
	return err
}

// askCreate has the policy decide whether there is to be a room.
func (m *Manager) askCreate(ctx context.Context, req JoinRequest, with *Settings) error {
	err := m.decide(ctx, "Create", ParticipantInfo{Room: req.Room, User: req.User}, func() error {
		err := m.opts.Policy.Create(ctx, CreateRequest{Room: req.Room, User: req.User, Identity: req.Identity}, with)
		var known *Error
		if err != nil && !errors.As(err, &known) {
			err = refusePolicy(err)
		}
		return err
	})
	if err != nil {
		return err
	}
	return with.check()
}

// launch starts a room's goroutine, which tells first that there is a room.
func (m *Manager) launch(name string, with Settings, by string, awaited bool) *room {
	r := m.start(name)
	r.state.settings, r.state.awaited = with, awaited
	event := RoomCreatedEvent{Room: name, Settings: with, By: by}
	m.running.Go(func() {
		r.emit("OnRoomCreated", func(h EventHandler) { h.OnRoomCreated(event) })
		r.run()
	})
	return r
}

func (m *Manager) checkNames(req JoinRequest) error {
	if req.ID == "" {
		return refuseEmptyID()
	}
	if err := m.checkUserName(req.User); err != nil {
		return err
	}
	if err := m.checkRoomName(req.Room); err != nil {
		return err
	}
	if len(req.Identity) > m.opts.MaxNameBytes {
		return refuseLongName("identity's", m.opts.MaxNameBytes)
	}
	return checkMetadata(req.Metadata, maxMetadata)
}

func (m *Manager) checkUserName(name string) error {
	switch {
	case name == "":
		return refuseEmptyUser()
	case len(name) > m.opts.MaxNameBytes:
		return refuseLongName("user", m.opts.MaxNameBytes)
	}
	return nil
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
func (r *room) admit(ctx context.Context, req *JoinRequest) ([]ParticipantInfo, error) {
	now := time.Now()
	who, err := r.state.join(req, now)
	if err != nil {
		r.registry.refused(r, req.ID)
		if errors.Is(err, ErrWaiting) {
			r.wait(req, now)
		}
		return nil, err
	}
	if w := r.state.lobby.of(req.ID); w != nil { // it waited, and need not any more
		r.endWaiting(w, Admitted, "")
	}
	r.registry.admitted(r)
	r.counters.joined()
	r.tally.participants.Add(1)
	event := JoinedEvent{Participant: r.state.info(who), Others: r.state.audience(who)}
	tracing.Logger(ctx, r.log).Info("joined", "user", who.user, "participants", len(r.state.order))
	r.emit("OnJoined", func(h EventHandler) { h.OnJoined(event) })
	return r.state.company(who), nil
}

// Leave removes a participant and returns those who remain; none means that the
// room ended. Its connections and the subscriptions to it are closed and the
// others have heard of it when Leave returns. Who waits in a lobby gives up waiting, and
// gets 102. Errors: 102, 203.
func (m *Manager) Leave(ctx context.Context, id ParticipantID) ([]ParticipantInfo, error) {
	var remaining []ParticipantInfo
	m.StopWaiting(ctx, id)
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
	return r.removeFor(id, why, "")
}

// removeFor is remove with words of a moderator, for people.
func (r *room) removeFor(id ParticipantID, why LeaveReason, text string) ([]ParticipantInfo, error) {
	m, err := r.state.member(id)
	if err != nil {
		return nil, err
	}
	who := r.state.info(m)
	event := LeftEvent{Participant: who, Remaining: r.state.audience(m), Reason: why, Text: text}
	r.release(r.state.leave(m, time.Now()))
	r.hangUpAll(m, refuseUserClosed(m.user))
	remaining := r.state.infos(nil)
	r.counters.left(why, 1)
	r.tally.participants.Add(-1)
	r.log.Info("left", "user", m.user, "reason", why, "participants", len(remaining))
	r.emit("OnLeft", func(h EventHandler) { h.OnLeft(event) })
	if why == LeftByEvict {
		r.emit("OnEvicted", func(h EventHandler) { h.OnEvicted(EvictedEvent{who, text}) })
	}
	// The seat is free only now: what the participant does in its next room is
	// heard after its leaving this one.
	r.registry.leave(id)
	return remaining, nil
}
