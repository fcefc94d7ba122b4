package whip

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"

	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/room"
)

// create is the POST that makes a session (RFC 9725 section 4.2).
func (s *Server) create(w http.ResponseWriter, r *http.Request, k kind) (reply, error) {
	if !isType(r, sdpType) {
		w.Header().Set("Accept-Post", sdpType)
		return reply{}, refuse(http.StatusUnsupportedMediaType, "the body has to be "+sdpType)
	}
	q := r.URL.Query()
	want, err := wishesOf(q)
	if err != nil {
		return reply{}, refuse(http.StatusBadRequest, err.Error())
	}
	opts := s.opts.Load()
	if opts.Draining != nil && opts.Draining() {
		return reply{}, errShut
	}
	session, err := s.newSession(k, r)
	if err != nil {
		return reply{}, err
	}
	if opts.Busy != nil && opts.Busy() {
		session.detach()
		return reply{}, errBusy
	}
	if err := s.enroll(r, session); err != nil {
		session.detach()
		s.leave(session) // the lobby
		return reply{}, err
	}
	answer, err := s.begin(w, r, session, want)
	if err == nil && s.sessions.get(session.id) != session {
		err = room.ErrUserClosed // meanwhile: the publisher is gone, or the server ends
	}
	if err != nil {
		s.forget(session, "not begun")
		if errors.Is(err, room.ErrWaiting) {
			return reply{}, s.linger(session)
		}
		s.leave(session)
		return reply{}, err
	}
	session.log.Info("session began", "publisher", session.endpoint, "stream", session.stream)
	h := w.Header()
	h.Set("Location", session.path())
	h.Set("ETag", session.tag)
	h.Set("Accept-Patch", fragmentType)
	if opts.ICEServers != nil {
		for _, server := range opts.ICEServers(session.user) {
			h.Add("Link", server.link())
		}
	}
	if k == whep {
		h.Add("Link", session.layerLink())
	}
	return reply{http.StatusCreated, sdpType, answer}, nil
}

// newSession returns a session as the request asks for it, if its token is good for that.
// It can be told from now on that the token was revoked: detach is to be called. A player
// without a name gets one.
func (s *Server) newSession(k kind, r *http.Request) (*session, error) {
	made := &session{
		kind: k, id: room.ParticipantID(secret()), network: auth.Network(r),
		room: r.PathValue("room"), stream: cmp.Or(r.URL.Query().Get("stream"), room.DefaultStream),
	}
	if !room.ValidStream(made.stream) {
		return nil, refuse(http.StatusBadRequest, "parameter stream is not 1 to 64 letters, digits and hyphens")
	}
	if err := s.admit(r, made); err != nil {
		return nil, err
	}
	made.endpoint = made.user
	made.log = s.log.With("protocol", string(k), "room", made.room, "user", made.user)
	if made.user == "" {
		made.detach()
		return nil, refuse(http.StatusBadRequest, "parameter user is missing: the name of the publisher in the room")
	}
	return made, nil
}

// enroll asks the application, and takes a place for the session before its body is read,
// which is bounded with it.
func (s *Server) enroll(r *http.Request, session *session) error {
	if err := s.authorize(r, session.ask(r.URL.Query().Get("publisher"))); err != nil {
		return err
	}
	if err := s.sessions.add(session); err != nil {
		return err
	}
	if session.pass.Revoked() { // when there was no session yet to end
		s.sessions.remove(session)
		return room.ErrTokenRefused
	}
	return nil
}

// begin reads the offer and answers it.
func (s *Server) begin(w http.ResponseWriter, r *http.Request, session *session, want wishes) (string, error) {
	offer, err := body(w, r, maxOffer)
	if err != nil {
		return "", err
	}
	if !strings.HasPrefix(offer, "v=0") || !strings.Contains(offer, "\nm=") {
		return "", refuse(http.StatusBadRequest, "the body is no SDP offer")
	}
	ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
	defer cancel()
	if session.kind == whep {
		publisher, err := s.publisher(ctx, session.room, r.URL.Query().Get("publisher"), session.stream)
		if err != nil {
			return "", absent(err)
		}
		session.endpoint = publisher
	}
	answer, err := s.open(ctx, session, offer, want)
	if err != nil && session.kind == whep {
		err = absent(err)
	}
	return answer, err
}

// isType looks at what is sent. What the client accepts is not asked: there is one thing to
// answer, and 406 is an offer of the server's in WHEP (draft-ietf-wish-whep-03 section 4.2.2).
func isType(r *http.Request, want string) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == want
}

// ask is what Authorize is asked for a new session.
func (s *session) ask(publisher string) Ask {
	if s.kind == whip {
		return Ask{Action: Publish, Room: s.room, User: s.user}
	}
	return Ask{Action: Play, Room: s.room, User: s.user, Publisher: publisher}
}

// link is the header's form of RFC 9725 section 4.6.
func (i ICEServer) link() string {
	link := fmt.Sprintf(`<%s>; rel="ice-server"`, i.URL)
	if i.Username == "" && i.Credential == "" {
		return link
	}
	return fmt.Sprintf(`%s; username=%s; credential=%s`, link, quoted(i.Username), quoted(i.Credential))
}

// quoted returns a quoted-string (RFC 9110 section 5.6.4).
func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
