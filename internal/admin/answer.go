package admin

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"unicode"

	"github.com/atrium-rtc/atrium/room"
)

// problem is a refusal: a status and a sentence for a person. It is written as
// RFC 9457 has it.
type problem struct {
	status int
	detail string
}

func (p problem) Error() string { return p.detail }

func (h *handler) refuse(w http.ResponseWriter, p problem) {
	h.write(w, p.status, "application/problem+json", struct {
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
	}{http.StatusText(p.status), p.status, p.detail})
}

func (h *handler) answer(w http.ResponseWriter, v any) {
	h.write(w, http.StatusOK, "application/json", v)
}

func (h *handler) write(w http.ResponseWriter, status int, kind string, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		h.log.Error("encode answer", "error", err)
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", kind)
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		h.log.Debug("write answer", "error", err)
	}
}

// problemOf says what went wrong in the room.
func problemOf(err error) problem {
	var known problem
	var refused *room.Error
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, room.ErrRoomNotFound), errors.Is(err, room.ErrRoomClosed), errors.Is(err, room.ErrUserNotFound):
		return problem{http.StatusNotFound, sentence(err)}
	case errors.As(err, &refused):
		return problem{http.StatusConflict, sentence(err)}
	}
	return problem{http.StatusInternalServerError, "It did not work; the log says why."}
}

// sentence makes an error's text one.
func sentence(err error) string {
	text := []rune(err.Error())
	if len(text) == 0 {
		return ""
	}
	text[0] = unicode.ToUpper(text[0])
	return strings.TrimSuffix(string(text), ".") + "."
}
