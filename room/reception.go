package room

import "context"

// withReception runs fn with the participant's live subscription to a
// stream, on the goroutine of their room. Errors: 102 for an unknown participant or
// publisher, 203; 105 when the participant does not receive the
// stream.
func (m *Manager) withReception(ctx context.Context, id ParticipantID, publisher, stream string, fn func(Subscription)) error {
	from := streamName{publisher, streamID(stream)}
	return m.withParticipantRoom(ctx, id, func(r *room) error {
		c, err := r.state.subscriptionOf(id, from)
		switch {
		case err != nil:
			return err
		case c == nil:
			return refuseNotReceiving(r.state.ids[id].user, from)
		}
		fn(c.subscription())
		return nil
	})
}
