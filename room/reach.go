package room

import "context"

// Reach asks heard whether the participant's signaling hears anything of it, and tells the
// others when that changes whether it is reachable: so that they know within 8 s why somebody
// does not move any more. heard is called on the room's goroutine, so of several calls the
// last one has the last word; it must not block. Errors: 102.
func (m *Manager) Reach(ctx context.Context, id ParticipantID, heard func() bool) error {
	return m.withParticipantRoom(ctx, id, func(r *room) error {
		who, err := r.state.member(id)
		if err != nil {
			return err
		}
		who.unheard = !heard()
		r.tellReach(who)
		return nil
	})
}

// tellReach tells the others when they can no longer reach who, or can again. One who has
// left already is past that.
func (r *room) tellReach(who *member) {
	if now := who.silent(); now != who.unreachable && r.state.ids[who.id] == who {
		who.unreachable = now
		r.log.Info("reachable", "user", who.user, "is", !now, "signaling", !who.unheard)
		r.tellChanged(who, ChangedReach, "")
	}
}

// silent reports whether nothing comes from the member: on its signaling, or on a connection
// that it publishes on.
func (m *member) silent() bool {
	if m.unheard || m.uplink != nil && m.uplink.disturbed && !m.uplink.over {
		return true
	}
	for _, at := range m.publish {
		if at.live != nil && at.live.disturbed {
			return true
		}
	}
	return false
}
