package room

import (
	"context"
	"errors"
)

var errNoRestart = errors.New("the media server restarts no ICE")

// RestartICE begins ICE anew on a live connection of the participant, whose client
// has come to another network; endpoint and stream name it as for AddICECandidate, but
// that an empty stream is DefaultStream. It returns the answer with new credentials
// and candidates; those of the client follow with AddICECandidate. It runs on the
// caller's goroutine, and ctx bounds it.
//
// Errors: 102, 203; 301 for who has paired connections; 105 when the participant does not have that connection; 302
// when the credentials cannot be used, or Media restarts none; 103 when the
// connection ended meanwhile; whatever *Error Media gives.
func (m *Manager) RestartICE(ctx context.Context, id ParticipantID, endpoint, stream string, client ICECredentials) (string, error) {
	r, err := m.registry.roomOf(id)
	if err != nil {
		return "", m.counters.refused(err)
	}
	var c *connection
	var user string
	var at link
	if stop := r.call(ctx, func() {
		if c, err = r.state.connectionOf(id, streamName{endpoint, streamID(stream)}); err == nil {
			user, at = c.owner.user, c.link
			if c.line != nil {
				err = refusePaired(user)
				return
			}
			c.restarts++
		}
	}); stop != nil {
		err = r.explain(stop, id)
	}
	if err != nil {
		return "", m.counters.refused(err)
	}
	defer r.restarted(ctx, c)
	media, ok := at.(ICERestarter)
	if !ok {
		return "", m.counters.refused(refuseRestart(user, endpoint, errNoRestart))
	}
	answer, err := media.RestartICE(ctx, client)
	if err != nil {
		return "", m.counters.refused(mediaError(err, func(cause error) error { return refuseRestart(user, endpoint, cause) }))
	}
	return answer, nil
}

// restarted lets the candidates of c be reported again. Those of the restart stand
// in the answer, and a client cannot use them before it has that.
func (r *room) restarted(ctx context.Context, c *connection) {
	_ = r.call(context.WithoutCancel(ctx), func() {
		r.hear(c.observer)
		c.restarts--
	})
}

// connectionOf returns the participant's live connection for a stream.
func (s *state) connectionOf(id ParticipantID, of streamName) (*connection, error) {
	m, err := s.member(id)
	if err != nil {
		return nil, err
	}
	at := m.slot(of)
	switch {
	case at != nil && at.live != nil:
		return at.live, nil
	case of.user == m.user:
		return nil, refuseNotStreaming(of)
	default:
		return nil, refuseNotReceiving(m.user, of)
	}
}
