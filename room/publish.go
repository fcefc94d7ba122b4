package room

import (
	"context"
	"slices"
)

// PublishRequest asks to publish one stream.
type PublishRequest struct {
	// Stream is the id of the stream among the participant's; empty is
	// DefaultStream.
	Stream string
	Offer  string // SDP
	// Answer is, in place of an offer, the client's answer to that of PublishOffer.
	Answer string
	// Loopback asks that the participant's own media be sent back on the same
	// connection (Kurento's doLoopback).
	Loopback bool
	// Whole refuses an offer of which only a part can be received, where others get an
	// answer that takes that part.
	Whole bool
	// Answered, when not nil, is called on the room's goroutine with the answer
	// before the others hear of it: this is how the protocol's order (response
	// first, then participantPublished) is kept. It must not block. It is not
	// called when Publish fails.
	Answered func(answer string)
}

// Publish negotiates the connection on which the participant publishes a stream, and
// returns the SDP answer. A participant has one publication of each stream, and as many as
// Options.MaxStreams; to publish a stream anew it first unpublishes. The negotiation runs
// on the caller's goroutine, so that the room goes on meanwhile, and ctx bounds it.
//
// Errors: 102, 203; 301 when the participant publishes the stream already or is
// about to (Kurento: -1, a media exception), or publishes too many, or has paired connections; 999 when the id is
// no stream's; 302 when no answer could be made, or Unpublish came first; 403 when the
// grants do not allow it or the policy refuses; 103 when the participant left meanwhile;
// whatever *Error Media gives.
func (m *Manager) Publish(ctx context.Context, id ParticipantID, req PublishRequest) (string, error) {
	if ask := m.opts.Policy.Publish; ask != nil {
		err := m.askParticipant(ctx, id, "Publish", func(who ParticipantInfo) error { return ask(ctx, who, &req) })
		if err != nil {
			return "", err
		}
	}
	if req.Answer != "" {
		return "", m.answerOffer(ctx, id, req)
	}
	r, err := m.registry.roomOf(id)
	if err != nil {
		return "", m.counters.refused(err)
	}
	c := connection{kinds: offeredKinds(req.Offer)}
	return m.negotiate(ctx, r, &c, exchange{
		id:   id,
		role: Publisher,
		reserve: func() error {
			if err := r.state.unpaired(id); err != nil {
				return err
			}
			return r.state.reservePublication(id, streamID(req.Stream), &c)
		},
		ask: func(ctx context.Context, ask MediaRequest) (link, error) {
			ask.Offer, ask.Loopback, ask.Whole = req.Offer, req.Loopback, req.Whole
			return m.media.Publish(ctx, ask)
		},
		answered: req.Answered,
		opened:   func(bool) { r.tellPublished(&c, "client") },
		sdpError: func(cause error) error { return refusePublishSDP(c.owner.user, cause) },
	})
}

// Unpublish ends one stream of the participant, "" being DefaultStream, and
// everybody's subscription to it. accepted, when not nil, is called on the room's
// goroutine before the others hear of it and must not block. A publication still
// being negotiated is withdrawn; nobody has heard of that one. Errors: 102, 203, 105
// when the participant does not publish the stream.
func (m *Manager) Unpublish(ctx context.Context, id ParticipantID, stream string, accepted func()) error {
	return m.withParticipantRoom(ctx, id, func(r *room) error {
		who, err := r.state.member(id)
		if err != nil {
			return err
		}
		return r.unpublish(who, streamID(stream), accepted)
	})
}

// unpublish ends a stream and tells the others when they had heard of it.
func (r *room) unpublish(who *member, stream string, accepted func()) error {
	at := who.publication(stream)
	if at == nil {
		return refuseNotStreaming(streamName{who.user, stream})
	}
	heard := at.live != nil
	r.release(r.state.unpublish(who, at))
	if accepted != nil {
		r.guard("accepted", accepted)
	}
	if heard {
		r.log.Info("unpublished", "user", who.user, "stream", stream)
		r.tellUnpublished(who, stream)
	}
	return nil
}

func (r *room) tellPublished(c *connection, from string) {
	r.log.Info("published", "user", c.owner.user, "stream", c.stream.id, "from", from)
	event := PublishedEvent{Participant: r.state.info(c.owner), Stream: c.stream.id, Others: r.state.others(c.owner)}
	r.emit("OnPublished", func(h EventHandler) { h.OnPublished(event) })
}

func (r *room) tellUnpublished(who *member, stream string) {
	event := UnpublishedEvent{Participant: r.state.info(who), Stream: stream, Others: r.state.others(who)}
	r.emit("OnUnpublished", func(h EventHandler) { h.OnUnpublished(event) })
	r.tellReach(who)
}

// reservePublication makes a publishing slot for a stream of the participant, for c.
func (s *state) reservePublication(id ParticipantID, stream string, c *connection) error {
	m, err := s.member(id)
	switch {
	case err != nil:
		return err
	case !ValidStream(stream):
		return refuseStreamID()
	}
	if err := m.grants.mayPublish(stream, c.kinds); err != nil {
		return err
	}
	switch most := s.settings.MaxPublishers; {
	case m.publication(stream) != nil, m.reserves(stream):
		return refuseSecondPublication(streamName{m.user, stream})
	case m.places() >= s.limits.streams:
		return refuseMoreStreams(m.user, s.limits.streams)
	case most > 0 && m.places() == 0 && s.publishers() >= most:
		return refuseMorePublishers(s.name, most)
	}
	c.owner, c.stream = m, streamName{m.user, stream}
	m.publish = append(m.publish, &slot{stream: c.stream, pending: c})
	return nil
}

// publishers counts those who publish or are about to.
func (s *state) publishers() (n int) {
	for _, m := range s.order {
		if m.places() > 0 {
			n++
		}
	}
	return n
}

// unpublish ends what is at a publishing slot of m, live or being negotiated, and
// what hangs on it.
func (s *state) unpublish(m *member, at *slot) []*connection {
	return s.endPublication(m, at, refusePublishSDP(m.user, errWithdrawn), refuseSenderSilent(at.stream, s.name))
}

// endPublication takes away one of m's publishing slots and ends everybody's
// subscription to the stream; those who are negotiating are told own and theirs.
// Candidates kept for any of these connections are forgotten. The publication comes
// last: it is released after its subscriptions.
func (s *state) endPublication(m *member, at *slot, own, theirs error) []*connection {
	var gone []*connection
	m.publish = slices.DeleteFunc(m.publish, func(o *slot) bool { return o == at })
	m.noteStreams()
	for _, o := range s.order {
		gone = append(gone, s.endReception(o, at.stream, theirs)...)
		delete(o.early, at.stream)
		if len(m.publish) == 0 {
			delete(o.early, streamName{user: m.user})
		}
	}
	s.forgetCandidates(m, at.stream)
	for _, c := range []*connection{at.pending, at.live} {
		if c != nil {
			gone = append(gone, c.end(own))
		}
	}
	return gone
}
