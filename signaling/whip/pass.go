package whip

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/atrium-rtc/atrium/internal/admission"
	"github.com/atrium-rtc/atrium/room"
)

// admit asks for a token, if the server wants one, gives the session the place in the lobby that
// its caller has, and attaches it to the token.
func (s *Server) admit(r *http.Request, session *session) (err error) {
	if session.pass, err = s.present(r, session, r.URL.Query().Get("user")); err != nil {
		return err
	}
	session.user = session.pass.Join.User
	if err := s.resume(session); err != nil {
		return err
	}
	session.detach, err = s.admission.Attach(session.pass, func() { s.end(session, true, "token revoked") })
	if err != nil {
		s.leave(session) // the lobby
	}
	return err
}

// admitAgain asks for the token of a later request: the one that the session began with,
// which may have expired since, or another that is good for the same.
func (s *Server) admitAgain(r *http.Request, session *session) error {
	if s.admission.Same(session.pass, admission.Carry(r)) {
		return nil
	}
	_, err := s.present(r, session, session.user)
	return err
}

// present asks for a token that is good for the session's room and a user.
func (s *Server) present(r *http.Request, session *session, user string) (admission.Admitted, error) {
	ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
	defer cancel()
	ask := admission.Ask{Room: session.room, User: user, Carried: admission.Carry(r)}
	if session.kind == whep {
		ask.Suggested = "viewer-" + secret()[:8]
	}
	admitted, err := s.admission.Admit(ctx, ask, time.Now())
	var refused *room.Error
	if errors.As(err, &refused) {
		s.log.Info("token refused", "protocol", string(session.kind), "reason", refused.Err)
	}
	if g := admitted.Join.Grants; err == nil && g != nil && !session.kind.of(*g) {
		return admission.Admitted{}, errForbidden
	}
	return admitted, err
}

// of reports whether grants allow what sessions of this kind are for, in part at least:
// nobody is to see somebody come who may not stay.
func (k kind) of(g room.Grants) bool {
	if k == whip {
		return g.Permissions&room.MayPublish != 0
	}
	return g.Has(room.MaySubscribe)
}
