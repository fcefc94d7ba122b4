package room

import "context"

// Defaults of the early candidate buffer. A browser gathers five to twenty
// candidates of about 150 bytes for a connection.
const (
	defaultEarlyEndpoints  = 32
	defaultEarlyCandidates = 32
	maxEarlyCandidateBytes = 1024
)

// earlyLimits bound what one participant can make the room keep: endpoints
// with candidates, candidates of one endpoint, and bytes of an endpoint's name.
type earlyLimits struct{ endpoints, candidates, nameBytes int }

// earlyCandidates keeps a participant's remote candidates that came before the
// connection they belong to, by the stream of the connection. Those whose stream the
// client did not name are kept once, under an empty id. Kurento's clients trickle as
// soon as they have made an offer, and may do so before they send it; the
// original kept such candidates without limit.
type earlyCandidates map[streamName][]ICECandidate

// add keeps c, or reports false when it is beyond a limit. A connection that is
// expected, because it is being negotiated, does not count as an endpoint.
func (e earlyCandidates) add(of streamName, c ICECandidate, expected bool, l earlyLimits) bool {
	kept, known := e[of]
	switch {
	case !known && !expected && len(e) >= l.endpoints,
		len(kept) >= l.candidates,
		len(of.user) > l.nameBytes,
		of.id != "" && !ValidStream(of.id),
		len(c.Candidate)+len(c.SDPMid) > maxEarlyCandidateBytes:
		return false
	}
	e[of] = append(kept, c)
	return true
}

// takeCandidates returns what was kept for m's connection for a stream that is opened
// now, in order of arrival, and forgets it.
func (s *state) takeCandidates(m *member, of streamName) []ICECandidate {
	kept := append(m.early[of], m.early[streamName{user: of.user}]...)
	s.forgetCandidates(m, of)
	return kept
}

// forgetCandidates drops what was kept for m's connection for a stream, whose
// negotiation is over. What names no stream goes with it, unless another connection of
// the endpoint is still waited for.
func (s *state) forgetCandidates(m *member, of streamName) {
	delete(m.early, of)
	for _, at := range s.slotsOf(m, of.user) {
		if at.pending != nil {
			return
		}
	}
	delete(m.early, streamName{user: of.user})
}

// slotsOf returns all of m's slots for an endpoint: those that it publishes at when it
// is m's own user name, else those that it receives that user's streams at.
func (s *state) slotsOf(m *member, endpoint string) []*slot {
	if endpoint == m.user {
		return m.publish
	}
	publisher := s.users[endpoint]
	if publisher == nil {
		return nil
	}
	var list []*slot
	for _, from := range publisher.publish {
		if at := m.receive[from.stream]; at != nil {
			list = append(list, at)
		}
	}
	return list
}

// candidate returns the connections that get c now; dropped says that it should have
// been kept for later and was beyond a limit.
func (s *state) candidate(id ParticipantID, of streamName, c ICECandidate) (to []*connection, dropped bool, err error) {
	m, err := s.member(id)
	if err != nil {
		return nil, false, err
	}
	places := s.slotsOf(m, of.user)
	if of.id != "" {
		places = nil
		if at := m.slot(of); at != nil {
			places = []*slot{at}
		}
	}
	// While a replacement is negotiated the client's old connection is gone, so
	// what comes now belongs to the new one.
	expected := false
	for _, at := range places {
		if at.pending != nil {
			expected = true
		} else {
			to = append(to, at.live)
		}
	}
	if expected || len(places) == 0 {
		dropped = !m.early.add(of, c, expected, s.limits.early)
	}
	return to, dropped, nil
}

// AddICECandidate gives a remote candidate to the connection that is named by endpoint
// and stream: the participant's own user name for one on which it publishes, another
// user's name for the subscription to that user's stream. An empty stream stands
// for all connections of the endpoint: Kurento's clients know no more than one, and
// a candidate is of no harm where nobody answers.
//
// Candidates that come before their connection are kept, in order, until it
// exists; beyond the limits of Options they are dropped silently and counted.
// A name nobody has is not an error, nor is a candidate Media cannot use (TCP,
// mDNS, the empty string at the end): Kurento answered all of them the same
// way. Errors: 102, 203.
func (m *Manager) AddICECandidate(ctx context.Context, id ParticipantID, endpoint, stream string, c ICECandidate) error {
	return m.withParticipantRoom(ctx, id, func(r *room) error {
		to, dropped, err := r.state.candidate(id, streamName{endpoint, stream}, c)
		if dropped {
			r.counters.remoteCandidatesDropped.Add(1)
		}
		for _, connection := range to {
			r.addCandidate(connection, c)
		}
		return err
	})
}

func (r *room) addCandidate(to *connection, c ICECandidate) {
	if err := to.link.AddICECandidate(c); err != nil {
		r.log.Debug("candidate not used", "user", to.owner.user, "endpoint", to.stream.user, "stream", to.stream.id, "error", err)
	}
}
