package room

import (
	"bytes"
	"context"
	"encoding/json"
)

// SetMetadata replaces what others are told about the participant, a JSON object of 2 KiB
// at most; nil is none. Errors: 102, 203; 999 for what is too long or no object;
// CodeNotPermitted for who is hidden.
func (m *Manager) SetMetadata(ctx context.Context, id ParticipantID, data json.RawMessage) error {
	if err := checkMetadata(data, maxMetadata); err != nil {
		return m.counters.refused(err)
	}
	return m.withParticipantRoom(ctx, id, func(r *room) error {
		who, err := r.state.visible(id)
		if err != nil || bytes.Equal(who.metadata, data) {
			return err
		}
		who.metadata = bytes.Clone(data) // the caller's may change
		r.tellChanged(who, ChangedMetadata, "")
		return nil
	})
}
