package room

import "time"

// deadline returns when something happens by itself: the room is closed because it has
// lasted long enough, or ends because nobody came back, or somebody is told of the quality
// of what it receives; zero is never.
func (s *state) deadline() time.Time {
	return earlier(earlier(s.keptUntil(), s.endsAt()), s.verdictsDue)
}

// endsAt is when the room has lasted its MaxDuration.
func (s *state) endsAt() time.Time {
	if s.settings.MaxDuration == 0 || s.begun.IsZero() {
		return time.Time{}
	}
	return s.begun.Add(s.settings.MaxDuration)
}

// keptUntil is until when an empty room is kept, for those who may come back and those
// who were admitted and have not come yet; zero when it is not empty, or not kept.
func (s *state) keptUntil() (until time.Time) {
	if len(s.order) > 0 {
		return time.Time{}
	}
	if s.settings.IdleTimeout > 0 && !s.emptied.IsZero() {
		until = s.emptied.Add(s.settings.IdleTimeout)
	}
	for _, a := range s.lobby.admitted {
		if a.until.After(until) {
			until = a.until
		}
	}
	return until
}

// expire closes a room that has lasted long enough. That an empty one is kept no longer
// is for over to see.
func (r *room) expire(now time.Time) {
	end := r.state.endsAt()
	if end.IsZero() || now.Before(end) || r.state.closed {
		return
	}
	if _, err := r.registry.beginClose(r.state.name); err != nil {
		return // somebody else closes it
	}
	r.log.Info("room has lasted its time", "duration", r.state.settings.MaxDuration)
	r.close("the time of the room is over")
}
