package room

import "context"

// SubscribeRequest asks to receive a stream of user Publisher.
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
// a stream of Publisher and returns the SDP answer. It replaces an earlier
// subscription to the same stream once the new one is negotiated (Kurento:
// 302); of two requests under way at once the later one wins.
//
// Errors: 102 for an unknown participant or publisher, 203; 105 when the publisher
// does not publish the stream, and when it is the participant itself, publishing or
// not: loopback is asked for with PublishRequest.Loopback, and two connections under
// one endpoint name could not be told apart; 302 when no answer could be made or
// another request overtook this one; 303 beyond Options.MaxSubscriptions or the
// grants'; 301 for who has paired connections; 403 when the grants do not allow it or the policy refuses; 103 when the
// participant left meanwhile; whatever *Error Media gives.
func (m *Manager) Subscribe(ctx context.Context, id ParticipantID, req SubscribeRequest) (string, error) {
	if ask := m.opts.Policy.Subscribe; ask != nil {
		err := m.askParticipant(ctx, id, "Subscribe", func(who ParticipantInfo) error { return ask(ctx, who, &req) })
		if err != nil {
			return "", err
		}
	}
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
			if err := r.state.unpaired(id); err != nil {
				return err
			}
			overtaken, err := r.state.reserveSubscription(id, streamName{req.Publisher, streamID(req.Stream)}, &c)
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
		opened: func(replaces bool) {
			r.log.Debug("subscribed", "user", c.owner.user, "publisher", c.stream.user, "stream", c.stream.id)
			if !replaces {
				r.tellSubscribed(&c)
			}
		},
		sdpError: func(cause error) error { return refuseSubscribeSDP(c.owner.user, req.Publisher, cause) },
	})
}

// Unsubscribe ends the participant's subscription to a stream of publisher, ""
// being DefaultStream, or withdraws the one being negotiated. Not being subscribed
// is fine. Errors: 102 for an unknown participant, and for a publisher who is not in
// the room; 203; 301 for who has paired connections.
func (m *Manager) Unsubscribe(ctx context.Context, id ParticipantID, publisher, stream string) error {
	return m.withParticipantRoom(ctx, id, func(r *room) error {
		who, err := r.state.member(id)
		switch {
		case err != nil:
			return err
		case who.paired:
			return refusePaired(who.user)
		case r.state.users[publisher] == nil:
			return refuseUnknownUser(publisher, r.state.name)
		}
		r.unsubscribe(who, streamName{publisher, streamID(stream)})
		return nil
	})
}

// unsubscribe ends who's subscription to a stream, if there is one, and tells when it
// was live.
func (r *room) unsubscribe(who *member, from streamName) {
	at := who.receive[from]
	if at == nil {
		return
	}
	was := at.live
	r.release(r.state.unsubscribe(who, from))
	if was != nil {
		r.tellUnsubscribed(was)
	}
}

func (r *room) tellSubscribed(c *connection) {
	event := SubscribedEvent{Participant: r.state.info(c.owner), Publisher: c.stream.user, Stream: c.stream.id}
	r.emit("OnSubscribed", func(h EventHandler) { h.OnSubscribed(event) })
}

func (r *room) tellUnsubscribed(c *connection) {
	event := UnsubscribedEvent{Participant: r.state.info(c.owner), Publisher: c.stream.user, Stream: c.stream.id}
	r.emit("OnUnsubscribed", func(h EventHandler) { h.OnUnsubscribed(event) })
}

// reserveSubscription takes the slot for id's reception of a stream for c and
// returns the negotiation it overtakes. A live subscription stays until c is
// opened, so that a failed offer changes nothing.
func (s *state) reserveSubscription(id ParticipantID, from streamName, c *connection) ([]*connection, error) {
	m, err := s.member(id)
	if err != nil {
		return nil, err
	}
	if from.user == m.user {
		return nil, refuseSelfSubscription()
	}
	if !m.grants.Has(MaySubscribe) {
		return nil, refuseNotPermitted("receive what others publish")
	}
	p := s.users[from.user]
	if p == nil {
		return nil, refuseUnknownSender(from.user, s.name)
	}
	source := p.live(from.id)
	if source == nil {
		return nil, refuseSenderSilent(from, s.name)
	}
	at := m.receive[from]
	if at == nil {
		most := s.limits.subscriptions
		if own := m.grants.MaxSubscriptions; own > 0 && (most == 0 || own < most) {
			most = own
		}
		if most > 0 && len(m.receive) >= most {
			return nil, refuseMoreSubscriptions(m.user, most)
		}
		at = &slot{stream: from}
		m.receive[from] = at
	}
	var overtaken []*connection
	if at.pending != nil {
		overtaken = append(overtaken, at.pending.end(refuseSubscribeSDP(m.user, from.user, errSuperseded)))
		at.pending = nil
		s.forgetCandidates(m, from) // they belonged to the overtaken offer
	}
	c.owner, c.stream, c.source = m, from, source
	at.pending = c
	return overtaken, nil
}

func (s *state) unsubscribe(m *member, from streamName) []*connection {
	return s.endReception(m, from, refuseSubscribeSDP(m.user, from.user, errWithdrawn))
}

// endReception empties m's slot for a stream; whoever is negotiating it is told fate.
func (s *state) endReception(m *member, from streamName, fate error) []*connection {
	at := m.receive[from]
	if at == nil {
		return nil
	}
	delete(m.receive, from)
	s.forgetCandidates(m, from)
	var gone []*connection
	for _, c := range []*connection{at.pending, at.live} {
		if c != nil {
			gone = append(gone, c.end(fate))
		}
	}
	return gone
}
