package room

import "context"

// withReception runs fn with the participant's live subscription to publisher,
// on the goroutine of their room. Errors: 102 for an unknown participant or
// publisher, 203; 105 when the participant does not receive publisher.
func (m *Manager) withReception(ctx context.Context, id ParticipantID, publisher string, fn func(Subscription)) error {
	return m.withParticipantRoom(ctx, id, func(r *room) error {
		c, err := r.state.subscriptionOf(id, publisher)
		switch {
		case err != nil:
			return err
		case c == nil:
			return refuseNotReceiving(r.state.ids[id].user, publisher)
		}
		fn(c.subscription())
		return nil
	})
}
