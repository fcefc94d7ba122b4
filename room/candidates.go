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
// connection they belong to, by endpoint name. Kurento's clients trickle as
// soon as they have made an offer, and may do so before they send it; the
// original kept such candidates without limit.
type earlyCandidates map[string][]ICECandidate

// add keeps c, or reports false when it is beyond a limit. A connection that is
// expected, because it is being negotiated, does not count as an endpoint.
func (e earlyCandidates) add(endpoint string, c ICECandidate, expected bool, l earlyLimits) bool {
	kept, known := e[endpoint]
	switch {
	case !known && !expected && len(e) >= l.endpoints,
		len(kept) >= l.candidates,
		len(endpoint) > l.nameBytes,
		len(c.Candidate)+len(c.SDPMid) > maxEarlyCandidateBytes:
		return false
	}
	e[endpoint] = append(kept, c)
	return true
}

// take returns what was kept for endpoint, in order of arrival, and forgets it.
func (e earlyCandidates) take(endpoint string) []ICECandidate {
	kept := e[endpoint]
	delete(e, endpoint)
	return kept
}

// candidate returns the connection that gets c now; nil when it was kept for
// later, or dropped because it was beyond a limit.
func (s *state) candidate(id ParticipantID, endpoint string, c ICECandidate) (to *connection, dropped bool, err error) {
	m, err := s.member(id)
	if err != nil {
		return nil, false, err
	}
	// While a replacement is negotiated the client's old connection is gone, so
	// what comes now belongs to the new one.
	at := m.slot(endpoint)
	if at != nil && at.live != nil && at.pending == nil {
		return at.live, false, nil
	}
	expected := at != nil && at.pending != nil
	return nil, !m.early.add(endpoint, c, expected, s.limits.early), nil
}

// AddICECandidate gives a remote candidate to the connection named endpoint:
// the participant's own user name for its publication, another user's name for
// the subscription to that user (without Kurento's "_webcam").
//
// Candidates that come before their connection are kept, in order, until it
// exists; beyond the limits of Options they are dropped silently and counted.
// A name nobody has is not an error, nor is a candidate Media cannot use (TCP,
// mDNS, the empty string at the end): Kurento answered all of them the same
// way. Errors: 102, 203.
func (m *Manager) AddICECandidate(ctx context.Context, id ParticipantID, endpoint, stream string, c ICECandidate) error {
	return m.withParticipantRoom(ctx, id, func(r *room) error {
		to, dropped, err := r.state.candidate(id, endpoint, c)
		if dropped {
			r.counters.remoteCandidatesDropped.Add(1)
		}
		if to != nil {
			r.addCandidate(to, c)
		}
		return err
	})
}

func (r *room) addCandidate(to *connection, c ICECandidate) {
	if err := to.link.AddICECandidate(c); err != nil {
		r.log.Debug("candidate not used", "user", to.owner.user, "endpoint", to.endpoint, "error", err)
	}
}
