package room

import (
	"context"
	"encoding/json"
)

// Data is what an application's clients tell each other. The room passes it on and keeps
// nothing.
type Data struct {
	// Topic is for applications to tell their data apart; it may be empty, and has at
	// most Options.MaxNameBytes.
	Topic string
	// Payload is one JSON value, of at most Options.MaxDataBytes.
	Payload json.RawMessage
	// To are the users whom it is for; none is everybody. The sender is never told.
	To []string
}

// DataEvent is data from From for everybody in To. Payload must not be changed.
type DataEvent struct {
	From    ParticipantInfo
	Topic   string
	Payload json.RawMessage
	To      []ParticipantInfo
}

// SendData passes data on to some or all of the others. When one of those whom it is for is
// not in the room, nobody gets it. Errors: 102 for an unknown participant or one of
// Data.To; 203; CodeNotPermitted without MaySendData, for who is hidden, and from Policy;
// 999 for what is too long or no JSON.
func (m *Manager) SendData(ctx context.Context, id ParticipantID, d Data) error {
	if ask := m.opts.Policy.Data; ask != nil {
		err := m.askParticipant(ctx, id, "Data", func(from ParticipantInfo) error { return ask(ctx, from, &d) })
		if err != nil {
			return err
		}
	}
	if err := m.checkData(&d); err != nil {
		return m.counters.refused(err)
	}
	return m.withParticipantRoom(ctx, id, func(r *room) error {
		from, err := r.state.visible(id)
		switch {
		case err != nil:
			return err
		case !from.grants.Has(MaySendData):
			return refuseNotPermitted("send data")
		}
		to, err := r.state.addressees(d.To, from)
		if err != nil {
			return err
		}
		event := DataEvent{From: r.state.info(from), Topic: d.Topic, Payload: d.Payload, To: to}
		r.emit("OnData", func(h EventHandler) { h.OnData(event) })
		return nil
	})
}

// checkData bounds what a room is asked to pass on.
func (m *Manager) checkData(d *Data) error {
	switch {
	case len(d.Topic) > m.opts.MaxNameBytes:
		return refuseLongTopic(m.opts.MaxNameBytes)
	case len(d.Payload) > m.opts.MaxDataBytes:
		return refuseLongData(m.opts.MaxDataBytes)
	case !json.Valid(d.Payload):
		return refuseBrokenData()
	}
	return nil
}

// addressees returns those who are named, each once and all but from; everybody but from
// when nobody is. Who is hidden is nobody's to name.
func (s *state) addressees(users []string, from *member) ([]ParticipantInfo, error) {
	if len(users) == 0 {
		return s.infos(func(m *member) bool { return m != from }), nil
	}
	named := make(map[*member]bool, len(users))
	for _, user := range users {
		m := s.users[user]
		if m == nil || m.grants.Has(MayHide) {
			return nil, refuseUnknownUser(user, s.name)
		}
		named[m] = m != from
	}
	return s.infos(func(m *member) bool { return named[m] }), nil
}
