package whip

import (
	"context"
	"net/http"
	"strings"

	"github.com/atrium-rtc/atrium/room"
)

// change is the PATCH of a session: it adds the client's candidates, or restarts
// ICE when the client has new credentials (RFC 9725 section 4.3).
func (s *Server) change(w http.ResponseWriter, r *http.Request, k kind) (reply, error) {
	session, err := s.find(r, k)
	if err != nil {
		return reply{}, err
	}
	if !isType(r, fragmentType) {
		w.Header().Set("Accept-Patch", fragmentType)
		return reply{}, refuse(http.StatusUnsupportedMediaType, "the body has to be "+fragmentType)
	}
	match := r.Header.Values("If-Match")
	if len(match) == 0 {
		return reply{}, refuse(http.StatusPreconditionRequired, "If-Match is missing: the ETag of the ICE session, or * to restart ICE")
	}
	text, err := body(w, r, maxFragment)
	if err != nil {
		return reply{}, err
	}
	f, err := parseFragment(text)
	if err != nil {
		return reply{}, refuse(http.StatusBadRequest, err.Error())
	}
	ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
	defer cancel()
	session.mu.Lock()
	defer session.mu.Unlock()
	if !matches(match, session.tag) {
		return reply{}, refuse(http.StatusPreconditionFailed, "the ICE session is another one by now")
	}
	if f.credentials.Ufrag == "" || f.credentials.Ufrag == session.ufrag {
		return reply{status: http.StatusNoContent}, s.trickle(ctx, session, f.candidates)
	}
	return s.restart(ctx, w.Header(), session, f)
}

// trickle adds candidates of the client.
func (s *Server) trickle(ctx context.Context, session *session, list []room.ICECandidate) error {
	for _, c := range list {
		if err := s.manager.AddICECandidate(ctx, session.id, session.endpoint, session.stream, c); err != nil {
			return gone(err)
		}
	}
	return nil
}

// restart runs with session.mu held. When it fails the session goes on as before.
func (s *Server) restart(ctx context.Context, h http.Header, session *session, f fragment) (reply, error) {
	if f.credentials.Password == "" {
		return reply{}, refuse(http.StatusBadRequest, "the fragment has a new ice-ufrag without an ice-pwd")
	}
	answer, err := s.manager.RestartICE(ctx, session.id, session.endpoint, session.stream, f.credentials)
	if err != nil {
		return reply{}, gone(err)
	}
	session.tag, session.ufrag = newTag(), f.credentials.Ufrag
	if err := s.trickle(ctx, session, f.candidates); err != nil {
		return reply{}, err
	}
	session.log.Info("ICE restarted")
	h.Set("ETag", session.tag)
	return reply{http.StatusOK, fragmentType, fragmentOf(answer)}, nil
}

// remove is the DELETE of a session.
func (s *Server) remove(_ http.ResponseWriter, r *http.Request, k kind) (reply, error) {
	session, err := s.find(r, k)
	if err != nil {
		return reply{}, err
	}
	if s.forget(session, "deleted") {
		s.leave(session)
	}
	return reply{status: http.StatusOK}, nil
}

// find returns the session that a request is about.
func (s *Server) find(r *http.Request, k kind) (*session, error) {
	session := s.sessions.get(room.ParticipantID(r.PathValue("id")))
	if session == nil || session.kind != k {
		return nil, errNoSession
	}
	ask := Ask{Action: Change, Room: session.room, User: session.user}
	if k == whep {
		ask.Publisher = session.endpoint
	}
	if err := s.admitAgain(r, session); err != nil {
		return nil, err
	}
	return session, s.authorize(r, ask)
}

// matches compares If-Match with an entity tag, strongly (RFC 9110 section
// 13.1.1).
func matches(fields []string, tag string) bool {
	for _, entry := range strings.Split(strings.Join(fields, ","), ",") {
		if entry = strings.TrimSpace(entry); entry == "*" || entry == tag {
			return true
		}
	}
	return false
}
