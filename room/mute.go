package room

import "context"

// valid reports a non-empty set of known kinds; Kurento's null type is 0.
func (k MediaKind) valid() bool { return k != 0 && k&^All == 0 }

// MutePublished stops forwarding the given kinds of one of the participant's streams,
// "" being DefaultStream, to everybody. Muting Audio and then Video silences both (Kurento meant that and
// kept only the last). It holds for later subscribers, and ends with the
// publication. Errors: 102, 203; 105 when the participant does not publish the stream; 307
// when kind is not one or both of Audio and Video.
func (m *Manager) MutePublished(id ParticipantID, stream string, kind MediaKind) error {
	return m.withPublication(context.Background(), id, stream, func(_ *room, c *connection) error {
		if !kind.valid() {
			return refuseMuteKind()
		}
		c.setMuted(c.muted | kind)
		return nil
	})
}

// SetMutedPublished replaces the set of kinds that nobody gets of one of the participant's
// streams; 0 is none. Otherwise it is MutePublished, with its errors.
func (m *Manager) SetMutedPublished(ctx context.Context, id ParticipantID, stream string, kinds MediaKind) error {
	return m.withPublication(ctx, id, stream, func(_ *room, c *connection) error {
		if kinds != 0 && !kinds.valid() {
			return refuseMuteKind()
		}
		c.setMuted(kinds)
		return nil
	})
}

// UnmutePublished lifts all of MutePublished; when nothing is muted it does
// nothing. Errors: 102, 203, 105.
func (m *Manager) UnmutePublished(id ParticipantID, stream string) error {
	return m.withPublication(context.Background(), id, stream, func(_ *room, c *connection) error {
		c.setMuted(0)
		return nil
	})
}

// MuteSubscribed stops forwarding the given kinds of one of publisher's streams to this
// participant only, under the rules of MutePublished. Without a subscription it
// does nothing but write a log line. Errors: 102 for an unknown participant or
// publisher, 203; 105 when publisher does not publish the stream; 307.
func (m *Manager) MuteSubscribed(id ParticipantID, publisher, stream string, kind MediaKind) error {
	return m.withParticipantRoom(context.Background(), id, func(r *room) error {
		c, err := r.state.subscriptionOf(id, streamName{publisher, streamID(stream)})
		switch {
		case err != nil:
			return err
		case !kind.valid():
			return refuseMuteKind()
		case c == nil:
			r.log.Warn("mute without a subscription", "user", r.state.ids[id].user, "publisher", publisher, "stream", streamID(stream))
			return nil
		}
		c.setMuted(c.muted | kind)
		return nil
	})
}

// UnmuteSubscribed lifts all of MuteSubscribed, under the same rules.
func (m *Manager) UnmuteSubscribed(id ParticipantID, publisher, stream string) error {
	return m.withParticipantRoom(context.Background(), id, func(r *room) error {
		c, err := r.state.subscriptionOf(id, streamName{publisher, streamID(stream)})
		switch {
		case err != nil:
			return err
		case c == nil:
			r.log.Warn("unmute without a subscription", "user", r.state.ids[id].user, "publisher", publisher, "stream", streamID(stream))
			return nil
		}
		c.setMuted(0)
		return nil
	})
}

// setMuted tells the media plane when the set changes.
func (c *connection) setMuted(kinds MediaKind) {
	if c.muted == kinds {
		return
	}
	c.muted = kinds
	c.mute()
}

// setSilenced is setMuted for what a moderator muted: the stream is without what either
// says.
func (c *connection) setSilenced(kinds MediaKind) {
	if c.silenced == kinds {
		return
	}
	c.silenced = kinds
	c.mute()
}

// setOff is setMuted for what its owner sends nothing of. It reports whether that is news.
func (c *connection) setOff(kinds MediaKind) (changed bool) {
	if changed = c.off != kinds; changed {
		c.off = kinds
		c.mute()
	}
	return changed
}

func (c *connection) mute() {
	c.link.Mute(c.muted | c.silenced | c.off)
	if c.source == nil {
		c.owner.noteStreams()
	}
}

// publicationOf returns the participant's live publication of a stream.
func (s *state) publicationOf(id ParticipantID, stream string) (*connection, error) {
	m, err := s.member(id)
	if err != nil {
		return nil, err
	}
	c := m.live(stream)
	if c == nil {
		return nil, refuseNotStreaming(streamName{m.user, stream})
	}
	return c, nil
}

// subscriptionOf returns the participant's live subscription to a stream; nil when
// it has none to it.
func (s *state) subscriptionOf(id ParticipantID, from streamName) (*connection, error) {
	m, err := s.member(id)
	if err != nil {
		return nil, err
	}
	p := s.users[from.user]
	switch {
	case p == nil:
		return nil, refuseUnknownUser(from.user, s.name)
	case p.live(from.id) == nil:
		return nil, refuseSenderSilent(from, s.name)
	case m.receive[from] == nil:
		return nil, nil
	}
	return m.receive[from].live, nil
}
