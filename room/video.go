package room

import "context"

// Priority says how important a video is to the participant who receives it,
// when its connection does not carry all of them.
type Priority int8

// The priorities, from the least. What is hidden is not shown and not sent.
const (
	PriorityHidden Priority = iota - 2
	PriorityThumbnail
	PriorityNormal // the zero value
	PrioritySpeaker
	PriorityPinned
)

// Preference says what to keep of a video that has to shrink.
type Preference uint8

// The preferences: a bit of both, the size of the picture (text, a shared
// screen), the frame rate (sports).
const (
	PreferBalanced Preference = iota
	PreferSharpness
	PreferMotion
)

// VideoPreference is what a participant says of one video that it receives. The
// zero value is what holds before it says anything.
type VideoPreference struct {
	// MaxWidth and MaxHeight are the pixels that the video is shown on; 0 is no
	// limit.
	MaxWidth, MaxHeight uint16
	Priority            Priority
	Prefer              Preference
}

// SetVideoPreference replaces what the participant says of the video of one of
// publisher's streams. It ends with the subscription: one that replaces it begins with the zero value.
// Errors are those of SetPreferredLayers, beside which it holds.
func (m *Manager) SetVideoPreference(ctx context.Context, id ParticipantID, publisher, stream string, p VideoPreference) error {
	return m.withReception(ctx, id, publisher, stream, func(s Subscription) { s.SetVideoPreference(p) })
}

// PauseReason says why a video is not delivered.
type PauseReason string

// PausedByBandwidth says that the connection does not carry even the smallest picture
// beside what is more important.
const PausedByBandwidth PauseReason = "bandwidth"

// DeliveryState says whether a subscription's video is being delivered.
type DeliveryState struct {
	Paused bool
	Reason PauseReason // of a pause
	// Estimate is what the connection carries, in bits per second; 0 is unknown.
	Estimate int64
}

// tellDelivery tells the owner of a subscription when its video pauses, with a
// new reason too, and when it resumes. A newer estimate alone is no news.
func (r *room) tellDelivery(c *connection, d DeliveryState) {
	if d.Paused && d.Reason == "" {
		d.Reason = PausedByBandwidth
	}
	if !d.Paused {
		d.Reason = ""
	}
	if c.paused == d.Reason {
		return
	}
	c.paused, c.estimate = d.Reason, d.Estimate
	if d.Paused {
		r.tellPaused(c)
		return
	}
	event := VideoResumedEvent{To: r.state.info(c.owner), Publisher: c.stream.user, Stream: c.stream.id, Estimate: d.Estimate}
	r.emit("OnVideoResumed", func(h EventHandler) { h.OnVideoResumed(event) })
}

// tellPaused tells the owner of a subscription that its video is paused.
func (r *room) tellPaused(c *connection) {
	event := VideoPausedEvent{
		To: r.state.info(c.owner), Publisher: c.stream.user, Stream: c.stream.id, Reason: c.paused, Estimate: c.estimate,
	}
	r.emit("OnVideoPaused", func(h EventHandler) { h.OnVideoPaused(event) })
}
