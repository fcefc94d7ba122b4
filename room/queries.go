package room

import "context"

// The queries answer from the room's goroutine: what they say was true at one
// moment, after everything the caller has seen happen. Lists are by time of
// joining.

// Rooms returns the names of all rooms, sorted; rooms being closed are among
// them until they are closed.
func (m *Manager) Rooms() []string { return m.registry.names() }

// Participants returns everybody in a room. Errors: 202.
func (m *Manager) Participants(room string) ([]ParticipantInfo, error) {
	return m.list(room, nil)
}

// Publishers returns those who publish any stream. Errors: 202.
func (m *Manager) Publishers(room string) ([]ParticipantInfo, error) {
	return m.list(room, func(p *member) bool { return len(p.streams) > 0 })
}

// Subscribers returns those who have at least one live subscription; loopback
// is not one. Errors: 202.
func (m *Manager) Subscribers(room string) ([]ParticipantInfo, error) {
	return m.list(room, (*member).receives)
}

func (m *Manager) list(name string, keep func(*member) bool) (list []ParticipantInfo, err error) {
	err = m.withRoom(context.Background(), name, func(r *room) { list = r.state.infos(keep) })
	return list, err
}

// PublishersOf returns those of whom the participant receives any stream. Publishing is
// filled in (Kurento left it false here). Errors: 102, 203.
func (m *Manager) PublishersOf(id ParticipantID) ([]ParticipantInfo, error) {
	return m.peers(id, func(who *member) (func(*member) bool, error) {
		return who.receivesOf, nil
	})
}

// SubscribersOf returns those who receive any stream of the participant. Publishing is filled
// in. Errors: 102, 203; 105 when the participant does not publish.
func (m *Manager) SubscribersOf(id ParticipantID) ([]ParticipantInfo, error) {
	return m.peers(id, func(who *member) (func(*member) bool, error) {
		if len(who.streams) == 0 {
			return nil, refuseNotStreaming(streamName{who.user, DefaultStream})
		}
		return func(o *member) bool { return o.receivesOf(who) }, nil
	})
}

// peers lists those whom the filter made for the participant keeps.
func (m *Manager) peers(
	id ParticipantID, filter func(who *member) (func(*member) bool, error),
) (list []ParticipantInfo, err error) {
	err = m.withParticipantRoom(context.Background(), id, func(r *room) error {
		who, err := r.state.member(id)
		if err != nil {
			return err
		}
		keep, err := filter(who)
		if err != nil {
			return err
		}
		list = r.state.infos(keep)
		return nil
	})
	return list, err
}

// Find returns the participant of a room by its user name. Errors: 202; 102 when
// nobody of that name is there.
func (m *Manager) Find(ctx context.Context, name, user string) (info ParticipantInfo, err error) {
	var absent error
	err = m.withRoom(ctx, name, func(r *room) {
		if who := r.state.users[user]; who != nil {
			info = r.state.info(who)
		} else {
			absent = m.counters.refused(refuseUnknownUser(user, name))
		}
	})
	if err == nil {
		err = absent
	}
	return info, err
}

// MainSpeaker returns whom to show of a room when only one can be shown: of those
// who publish the stream, "" being DefaultStream, who holds the floor, or if nobody has spoken yet, who has been there
// longest. Errors: 202; 105 when nobody publishes it.
func (m *Manager) MainSpeaker(ctx context.Context, name, stream string) (info ParticipantInfo, err error) {
	var absent error
	err = m.withRoom(ctx, name, func(r *room) {
		publishers := r.state.infos(func(who *member) bool { return who.live(streamID(stream)) != nil })
		if len(publishers) == 0 {
			absent = m.counters.refused(refuseSilentRoom(name))
			return
		}
		info = publishers[0]
		for _, p := range publishers {
			if p.User == r.state.floor.dominant {
				info = p
			}
		}
	})
	if err == nil {
		err = absent
	}
	return info, err
}

// IsPublishing reports whether the participant publishes any stream. Errors: 102, 203.
func (m *Manager) IsPublishing(id ParticipantID) (bool, error) {
	who, err := m.Participant(id)
	return who.Publishing, err
}

// Participant returns a snapshot of one participant. Errors: 102, 203.
func (m *Manager) Participant(id ParticipantID) (info ParticipantInfo, err error) {
	err = m.withParticipantRoom(context.Background(), id, func(r *room) error {
		who, err := r.state.member(id)
		if err == nil {
			info = r.state.info(who)
		}
		return err
	})
	return info, err
}
