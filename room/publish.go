package room

import "context"

// PublishRequest asks to publish.
type PublishRequest struct {
	// Stream is the id of the stream among the participant's; empty is
	// DefaultStream.
	Stream string
	Offer  string // SDP
	// Loopback asks that the participant's own media be sent back on the same
	// connection (Kurento's doLoopback).
	Loopback bool
	// Answered, when not nil, is called on the room's goroutine with the answer
	// before the others hear of it: this is how the protocol's order (response
	// first, then participantPublished) is kept. It must not block. It is not
	// called when Publish fails.
	Answered func(answer string)
}

// Publish negotiates the participant's publishing connection and returns the
// SDP answer. A participant publishes one stream; to publish another it first
// unpublishes. The negotiation runs on the caller's goroutine, so that the room
// goes on meanwhile, and ctx bounds it.
//
// Errors: 102, 203; 301 when the participant publishes already or is about to
// (Kurento: -1, a media exception); 302 when no answer could be made, or
// Unpublish came first; 103 when the participant left meanwhile; whatever
// *Error Media gives.
func (m *Manager) Publish(ctx context.Context, id ParticipantID, req PublishRequest) (string, error) {
	r, err := m.registry.roomOf(id)
	if err != nil {
		return "", m.counters.refused(err)
	}
	var c connection
	return m.negotiate(ctx, r, &c, exchange{
		id:      id,
		role:    Publisher,
		reserve: func() error { return r.state.reservePublication(id, &c) },
		ask: func(ctx context.Context, ask MediaRequest) (link, error) {
			ask.Offer, ask.Loopback = req.Offer, req.Loopback
			return m.media.Publish(ctx, ask)
		},
		answered: req.Answered,
		opened: func() {
			r.log.Info("published", "user", c.owner.user, "loopback", req.Loopback)
			event := PublishedEvent{Participant: r.state.info(c.owner), Stream: DefaultStream, Others: r.state.others(c.owner)}
			r.emit("OnPublished", func(h EventHandler) { h.OnPublished(event) })
		},
		sdpError: func(cause error) error { return refusePublishSDP(c.owner.user, cause) },
	})
}

// Unpublish ends the participant's publication and everybody's subscription to
// it. accepted, when not nil, is called on the room's goroutine before the
// others hear of it and must not block. A publication still being negotiated is
// withdrawn; nobody has heard of that one. Errors: 102, 203, 105 when the
// participant does not publish.
func (m *Manager) Unpublish(ctx context.Context, id ParticipantID, stream string, accepted func()) error {
	return m.withParticipantRoom(ctx, id, func(r *room) error {
		who, err := r.state.member(id)
		if err != nil {
			return err
		}
		if who.publish.empty() {
			return refuseNotStreaming(who.user)
		}
		heard := who.publish.live != nil
		r.release(r.state.unpublish(who))
		if accepted != nil {
			r.guard("accepted", accepted)
		}
		if heard {
			r.log.Info("unpublished", "user", who.user)
			r.tellUnpublished(who)
		}
		return nil
	})
}

func (r *room) tellUnpublished(who *member) {
	event := UnpublishedEvent{Participant: r.state.info(who), Stream: DefaultStream, Others: r.state.others(who)}
	r.emit("OnUnpublished", func(h EventHandler) { h.OnUnpublished(event) })
}

// reservePublication takes the participant's publishing slot for c.
func (s *state) reservePublication(id ParticipantID, c *connection) error {
	m, err := s.member(id)
	if err != nil {
		return err
	}
	if !m.publish.empty() {
		return refuseSecondPublication(m.user)
	}
	c.owner, c.endpoint = m, m.user
	m.publish.pending = c
	return nil
}

// unpublish ends m's publication, live or being negotiated, and what hangs on it.
func (s *state) unpublish(m *member) []*connection {
	return s.endPublication(m, refusePublishSDP(m.user, errWithdrawn), refuseSenderSilent(m.user, s.name))
}

// endPublication empties m's publishing slot and ends everybody's subscription
// to it; those who are negotiating are told own and theirs. Candidates kept for
// any of these connections are forgotten. The publication comes last: it is
// released after its subscriptions.
func (s *state) endPublication(m *member, own, theirs error) []*connection {
	var gone []*connection
	for _, o := range s.order {
		gone = append(gone, s.endReception(o, m.user, theirs)...)
		delete(o.early, m.user)
	}
	for _, c := range []*connection{m.publish.pending, m.publish.live} {
		if c != nil {
			gone = append(gone, c.end(own))
		}
	}
	m.publish = slot{}
	return gone
}
