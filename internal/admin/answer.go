package admin

import (
	"errors"
	"net/http"

	"github.com/atrium-rtc/atrium/internal/httpjson"
	"github.com/atrium-rtc/atrium/room"
)

func (h *handler) refuse(w http.ResponseWriter, p httpjson.Problem) { h.note(httpjson.Refuse(w, p)) }

func (h *handler) answer(w http.ResponseWriter, v any) { h.note(httpjson.Answer(w, http.StatusOK, v)) }

// note logs that an answer did not get out.
func (h *handler) note(err error) {
	if err != nil {
		h.log.Debug("no answer", "error", err)
	}
}

// problemOf says what went wrong in the room.
func problemOf(err error) httpjson.Problem {
	var known httpjson.Problem
	var refused *room.Error
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, room.ErrRoomNotFound), errors.Is(err, room.ErrRoomClosed), errors.Is(err, room.ErrUserNotFound):
		return httpjson.New(http.StatusNotFound, httpjson.Sentence(err))
	case errors.As(err, &refused):
		return httpjson.New(http.StatusConflict, httpjson.Sentence(err))
	}
	return httpjson.New(http.StatusInternalServerError, "It did not work; the log says why.")
}
