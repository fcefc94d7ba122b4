package rest

import (
	"context"
	"errors"
	"net/http"

	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/internal/httpjson"
	"github.com/atrium-rtc/atrium/room"
)

// problemOf makes a refusal of an error, and writes the headers that go with it.
func (h *handler) problemOf(w http.ResponseWriter, err error) httpjson.Problem {
	var known httpjson.Problem
	var refused *room.Error
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, auth.ErrNoToken), errors.Is(err, auth.ErrNotLocal):
		return httpjson.New(auth.Refuse(w.Header(), err), httpjson.Sentence(err))
	case errors.As(err, &refused):
		p := httpjson.New(statusOf(refused.Code), httpjson.Sentence(refused))
		p.Code = int(refused.Code)
		if p.Status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", `Bearer realm="atrium", error="invalid_token"`) // RFC 6750 section 3.1
		}
		return p
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return httpjson.New(http.StatusServiceUnavailable, "There was not enough time.")
	}
	h.log.Error("request of the application failed", "error", err)
	return httpjson.New(http.StatusInternalServerError, "It did not work; the log says why.")
}

// statusOf is what a refusal of a room is in HTTP. What is not there is 404, what is not
// so at present 409, and what was understood and is not possible 422.
func statusOf(code room.Code) int {
	switch code {
	case room.CodeRoomNotFound, room.CodeRoomClosed, room.CodeUserNotFound, room.CodeUserClosed, room.CodeUserNotStreaming:
		return http.StatusNotFound
	case room.CodeTokenRefused:
		return http.StatusUnauthorized
	case room.CodeNotPermitted:
		return http.StatusForbidden
	case room.CodeGeneric, room.CodeMuteFailed:
		return http.StatusUnprocessableEntity
	}
	return http.StatusConflict
}

// unprocessable refuses what was understood and makes no sense.
func unprocessable(detail string) error {
	return httpjson.New(http.StatusUnprocessableEntity, detail)
}
