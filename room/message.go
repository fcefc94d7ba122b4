package room

import "context"

// Message is a chat message. User and Room are what the sender claims and must
// match the participant.
type Message struct {
	User, Room, Text string
	// Accepted, when not nil, is called on the room's goroutine before the
	// message is delivered. It must not block.
	Accepted func()
}

// SendMessage delivers a chat message to everybody in the room, the sender
// included. Errors: 102 for an unknown participant or a wrong User; 202 for a
// wrong Room; 203; 999 when the text is longer than Options.MaxMessageBytes; 403
// without MayMessage, for who is hidden, or when the policy refuses.
func (m *Manager) SendMessage(ctx context.Context, id ParticipantID, msg Message) error {
	if ask := m.opts.Policy.Message; ask != nil {
		err := m.askParticipant(ctx, id, "Message", func(who ParticipantInfo) error { return ask(ctx, who, &msg) })
		if err != nil {
			return err
		}
	}
	return m.withParticipantRoom(ctx, id, func(r *room) error {
		from, err := r.state.visible(id)
		switch {
		case err != nil:
			return err
		case msg.User != from.user:
			return refuseForeignUser(msg.User)
		case msg.Room != r.state.name:
			return refuseForeignRoom(msg.Room)
		case len(msg.Text) > m.opts.MaxMessageBytes:
			return refuseLongMessage(m.opts.MaxMessageBytes)
		case !from.grants.Has(MayMessage):
			return refuseNotPermitted("write messages")
		}
		if msg.Accepted != nil {
			r.guard("accepted", msg.Accepted)
		}
		r.deliver(MessageEvent{From: r.state.info(from), Text: msg.Text, To: r.state.infos(nil)}, true)
		return nil
	})
}
