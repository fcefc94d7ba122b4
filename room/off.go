package room

import "context"

// SetOff says of which kinds the participant's client sends nothing at present in one of its
// streams, "" being DefaultStream: its microphone or camera is switched off. It replaces what
// was said before and is for the others to see; nobody is sent anything of these kinds. It
// has nothing to do with what a moderator mutes, ends with the stream, and is no news when
// nothing changes. Errors: 102, 203; 105 when the participant does not publish the stream; 307
// for unknown kinds.
func (m *Manager) SetOff(ctx context.Context, id ParticipantID, stream string, kinds MediaKind) error {
	return m.withPublication(ctx, id, stream, func(r *room, c *connection) error {
		if kinds != 0 && !kinds.valid() {
			return refuseMuteKind()
		}
		if c.setOff(kinds) {
			r.tellChanged(c.owner, ChangedOff, "")
		}
		return nil
	})
}
