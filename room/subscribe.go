package room

import "context"

// SubscribeRequest asks to receive the stream of user Publisher.
type SubscribeRequest struct {
	Publisher string
	// Stream is the id of the stream among Publisher's; empty is DefaultStream.
	Stream string
	Offer  string // SDP
	// Answered is as in PublishRequest; no ICECandidateEvent of the connection
	// precedes it.
	Answered func(answer string)
}

// Subscribe negotiates a connection on which the participant receives
// Publisher's stream and returns the SDP answer. It replaces an earlier
// subscription to the same publisher once the new one is negotiated (Kurento:
// 302); of two requests under way at once the later one wins.
//
// Errors: 102 for an unknown participant or publisher, 203; 105 when the
// publisher does not publish, and when it is the participant itself, publishing
// or not: loopback is asked for with PublishRequest.Loopback, and two
// connections under one endpoint name could not be told apart; 302 when no
// answer could be made or another request overtook this one; 303 beyond
// Options.MaxSubscriptions; 103 when the participant left meanwhile; whatever
// *Error Media gives.
func (m *Manager) Subscribe(ctx context.Context, id ParticipantID, req SubscribeRequest) (string, error) {
	r, err := m.registry.roomOf(id)
	if err != nil {
		return "", m.counters.refused(err)
	}
	var c connection
	var source Publication
	return m.negotiate(ctx, r, &c, exchange{
		id:   id,
		role: Subscriber,
		reserve: func() error {
			overtaken, err := r.state.reserveSubscription(id, req.Publisher, &c)
			if err != nil {
				return err
			}
			r.release(overtaken)
			source = c.source.publication()
			return nil
		},
		ask: func(ctx context.Context, ask MediaRequest) (link, error) {
			ask.Offer = req.Offer
			return source.Subscribe(ctx, ask)
		},
		answered: req.Answered,
		opened: func() {
			r.log.Debug("subscribed", "user", c.owner.user, "publisher", c.endpoint)
		},
		sdpError: func(cause error) error { return refuseSubscribeSDP(c.owner.user, req.Publisher, cause) },
	})
}

// Unsubscribe ends the participant's subscription to publisher, or withdraws
// the one being negotiated. Not being subscribed is fine. Errors: 102 for an
// unknown participant, and for a publisher who is not in the room; 203.
func (m *Manager) Unsubscribe(ctx context.Context, id ParticipantID, publisher, stream string) error {
	return m.withParticipantRoom(ctx, id, func(r *room) error {
		gone, err := r.state.unsubscribe(id, publisher)
		if err != nil {
			return err
		}
		r.release(gone)
		return nil
	})
}

// reserveSubscription takes the slot for id's reception of publisher for c and
// returns the negotiation it overtakes. A live subscription stays until c is
// opened, so that a failed offer changes nothing.
func (s *state) reserveSubscription(id ParticipantID, publisher string, c *connection) ([]*connection, error) {
	m, err := s.member(id)
	if err != nil {
		return nil, err
	}
	if publisher == m.user {
		return nil, refuseSelfSubscription()
	}
	p := s.users[publisher]
	if p == nil {
		return nil, refuseUnknownSender(publisher, s.name)
	}
	if p.publish.live == nil {
		return nil, refuseSenderSilent(publisher, s.name)
	}
	at := m.receive[publisher]
	if at == nil {
		if s.limits.subscriptions > 0 && len(m.receive) >= s.limits.subscriptions {
			return nil, refuseMoreSubscriptions(m.user, s.limits.subscriptions)
		}
		at = &slot{}
		m.receive[publisher] = at
	}
	var overtaken []*connection
	if at.pending != nil {
		overtaken = append(overtaken, at.pending.end(refuseSubscribeSDP(m.user, publisher, errSuperseded)))
		delete(m.early, publisher) // they belonged to the overtaken offer
	}
	c.owner, c.endpoint, c.source = m, publisher, p.publish.live
	at.pending = c
	return overtaken, nil
}

func (s *state) unsubscribe(id ParticipantID, publisher string) ([]*connection, error) {
	m, err := s.member(id)
	if err != nil {
		return nil, err
	}
	if s.users[publisher] == nil {
		return nil, refuseUnknownUser(publisher, s.name)
	}
	return s.endReception(m, publisher, refuseSubscribeSDP(m.user, publisher, errWithdrawn)), nil
}

// endReception empties m's slot for publisher; whoever is negotiating it is told fate.
func (s *state) endReception(m *member, publisher string, fate error) []*connection {
	at := m.receive[publisher]
	if at == nil {
		return nil
	}
	delete(m.receive, publisher)
	delete(m.early, publisher)
	var gone []*connection
	for _, c := range []*connection{at.pending, at.live} {
		if c != nil {
			gone = append(gone, c.end(fate))
		}
	}
	return gone
}
