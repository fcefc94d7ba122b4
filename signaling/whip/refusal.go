package whip

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/internal/overload"
	"github.com/atrium-rtc/atrium/room"
)

// ErrUnauthenticated is for Options.Authorize: the request has no token that the
// server knows. All else that Authorize may return is a lack of rights.
var ErrUnauthenticated = errors.New("no valid token")

// refusal is an error as the client sees it: a problem (RFC 9457), as RFC 9725
// section 4 recommends.
type refusal struct {
	status     int
	detail     string
	retryAfter time.Duration // 0: it makes no sense to try again
	challenge  bool          // with WWW-Authenticate
}

func refuse(status int, detail string) *refusal { return &refusal{status: status, detail: detail} }

// Error implements error.
func (r *refusal) Error() string { return r.detail }

// reply is the refusal as an answer.
func (r *refusal) reply() reply {
	text, _ := json.Marshal(struct { //nolint:errchkjson // strings and numbers can always be written
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail,omitempty"`
	}{http.StatusText(r.status), r.status, r.detail})
	return reply{r.status, "application/problem+json", string(text)}
}

// The refusals that look alike whatever their reason was.
var (
	errNoSession = &refusal{status: http.StatusNotFound, detail: "there is no such session"}
	errUnknown   = &refusal{status: http.StatusUnauthorized, detail: "a valid token is needed", challenge: true}
	errForbidden = &refusal{status: http.StatusForbidden, detail: "the token does not allow this"}
	errBusy      = &refusal{status: http.StatusServiceUnavailable, detail: "the server is busy and lets nobody in at the moment", retryAfter: overload.RetryAfter}
	errAbsent    = &refusal{status: http.StatusConflict, detail: "nobody publishes here at present", retryAfter: retryPlayer}
)

// authorize asks the application.
func (s *Server) authorize(r *http.Request, ask Ask) error {
	authorize := s.opts.Load().Authorize
	if authorize == nil {
		return nil
	}
	err := authorize(r, ask)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrUnauthenticated):
		return errUnknown
	}
	s.log.Info("request not allowed", "action", string(ask.Action), "room", ask.Room, "user", ask.User, "reason", err)
	return errForbidden
}

// absent makes one refusal of all reasons why nobody can be played, which is 409
// with Retry-After in draft-ietf-wish-whep-03 section 4.2.8: a player does not learn
// whether there is such a room.
func absent(err error) error {
	for _, same := range []*room.Error{room.ErrRoomNotFound, room.ErrRoomClosed, room.ErrUserNotFound, room.ErrUserNotStreaming, room.ErrUserClosed} {
		if errors.Is(err, same) {
			return errAbsent
		}
	}
	return err
}

// gone makes one refusal of all reasons why a session is no more.
func gone(err error) error {
	for _, same := range []*room.Error{room.ErrRoomClosed, room.ErrUserNotFound, room.ErrUserNotStreaming, room.ErrUserClosed} {
		if errors.Is(err, same) {
			return errNoSession
		}
	}
	return err
}

// refusal turns an error into what the client sees, and sets the headers that go
// with it.
func (s *Server) refusal(h http.Header, err error) *refusal {
	out := s.classify(err)
	if out.challenge {
		auth.Refuse(h, auth.ErrNoToken)
	}
	if out.retryAfter > 0 {
		h.Set("Retry-After", seconds(out.retryAfter))
	}
	return out
}

func (s *Server) classify(err error) *refusal {
	var known *refusal
	var refused *room.Error
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, errNetworkFull):
		return &refusal{status: http.StatusTooManyRequests, detail: err.Error(), retryAfter: retryLater}
	case errors.Is(err, errFull), errors.Is(err, errShut):
		return &refusal{status: http.StatusServiceUnavailable, detail: err.Error(), retryAfter: retryLater}
	case errors.As(err, &refused):
		return ofRoom(refused)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return &refusal{status: http.StatusServiceUnavailable, detail: "the request took too long", retryAfter: retryLater}
	default:
		s.log.Error("request failed", "error", err)
		return refuse(http.StatusInternalServerError, "a fault of the server; it is in its log")
	}
}

// ofRoom maps what rooms refuse.
func ofRoom(err *room.Error) *refusal {
	out := refuse(http.StatusInternalServerError, err.Msg)
	switch err.Code {
	case room.CodeTokenRefused:
		out.status, out.challenge = http.StatusUnauthorized, true
	case room.CodeNotPermitted, room.CodeRoomLocked, room.CodeWaiting:
		out.status = http.StatusForbidden
	case room.CodeGeneric: // names
		out.status = http.StatusBadRequest
	case room.CodeSDP:
		out.status = http.StatusUnprocessableEntity
	case room.CodeUserExists, room.CodeMediaGeneric, room.CodeUserClosed:
		out.status = http.StatusConflict
	case room.CodeRoomNotFound:
		out.status = http.StatusNotFound
	case room.CodeRoomNotCreated:
		if out.status = http.StatusForbidden; err.Err == nil { // no policy: a limit
			out.status, out.retryAfter = http.StatusServiceUnavailable, retryLater
		}
	case room.CodeRoomGeneric, room.CodeRoomClosed, room.CodeMediaEndpoint:
		out.status, out.retryAfter = http.StatusServiceUnavailable, retryLater
	}
	return out
}

// seconds is a delay as headers have it.
func seconds(d time.Duration) string { return strconv.Itoa(int(d.Seconds())) }
