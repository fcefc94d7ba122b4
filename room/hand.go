package room

import (
	"context"
	"time"
)

// RaiseHand raises or lowers the participant's hand, for everybody to see. One that is up
// already keeps its time. Errors: 102, 203; CodeNotPermitted for who is hidden.
func (m *Manager) RaiseHand(ctx context.Context, id ParticipantID, raised bool) error {
	return m.withParticipantRoom(ctx, id, func(r *room) error {
		who, err := r.state.visible(id)
		if err != nil {
			return err
		}
		if raised == who.hand.IsZero() {
			r.setHand(who, raised, "")
		}
		return nil
	})
}

// LowerHand lowers the hand of a user; one that is down stays so.
func (o Moderator) LowerHand(ctx context.Context, user string) error {
	return o.at(ctx, user, func(r *room, who, by *member) error {
		if !who.hand.IsZero() {
			r.setHand(who, false, nameOf(by))
		}
		return nil
	})
}

// setHand changes a hand and tells everybody.
func (r *room) setHand(who *member, raised bool, by string) {
	who.hand = time.Time{}
	if raised {
		who.hand = time.Now()
	}
	r.tellChanged(who, ChangedHand, by)
}

// visible returns the participant, if others know of it.
func (s *state) visible(id ParticipantID) (*member, error) {
	m, err := s.member(id)
	switch {
	case err != nil:
		return nil, err
	case m.grants.Has(MayHide):
		return nil, refuseNotPermitted("be heard of while hidden")
	}
	return m, nil
}
