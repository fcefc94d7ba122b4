package room

import (
	"cmp"
	"context"
	"slices"
)

// Snapshot is a room as one of its participants may know it, at one moment.
type Snapshot struct {
	Me ParticipantInfo
	// Others are those who are not hidden, by time of joining.
	Others   []ParticipantInfo
	Settings Settings
	// Waiting are those in the lobby, when Me may moderate.
	Waiting []WaitingInfo
	// Receives are the streams that Me receives, by publisher and stream.
	Receives []StreamRef
	// Dominant and Speakers are as in SpeakersEvent.
	Dominant string
	Speakers []Speaker
}

// Snapshot returns the room as the participant would find it if it came now, for a client
// that may have missed something. Errors: 102, 203.
func (m *Manager) Snapshot(ctx context.Context, id ParticipantID) (now Snapshot, err error) {
	err = m.withParticipantRoom(ctx, id, func(r *room) error {
		who, err := r.state.member(id)
		if err != nil {
			return err
		}
		now = Snapshot{
			Me: r.state.info(who), Others: r.state.company(who), Settings: r.state.settings,
			Dominant: r.state.floor.dominant, Speakers: r.state.floor.speakers,
		}
		if who.grants.Has(MayModerate) {
			for _, w := range r.state.lobby.waiting {
				now.Waiting = append(now.Waiting, *w)
			}
		}
		for _, c := range who.received() {
			now.Receives = append(now.Receives, StreamRef{c.stream.user, c.stream.id})
		}
		slices.SortFunc(now.Receives, func(a, b StreamRef) int {
			return cmp.Or(cmp.Compare(a.Publisher, b.Publisher), cmp.Compare(a.Stream, b.Stream))
		})
		return nil
	})
	return now, err
}

// Resume tells a participant with paired connections again what its client needs and may have
// missed while it was away: the offer that waits for its answer, which of its encodings
// are worth sending, and which videos are paused. For others it does nothing. Errors: 102, 203.
func (m *Manager) Resume(ctx context.Context, id ParticipantID) error {
	return m.withParticipantRoom(ctx, id, func(r *room) error {
		who, err := r.state.member(id)
		if err != nil || !who.paired {
			return err
		}
		if l := who.downlink; l != nil && l.working == 0 {
			r.tellOffer(l)
		}
		for _, at := range who.publish {
			if c := at.live; c != nil && len(c.layers) > 0 {
				r.tellLayers(c, c.layers)
			}
		}
		for _, c := range who.received() {
			if c.paused != "" {
				r.tellPaused(c)
			}
		}
		return nil
	})
}
