package main

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/atrium-rtc/atrium/room"
)

// quiet mutes everybody of a room, as a host's button would.
func (m *meeting) quiet(w http.ResponseWriter, r *http.Request) {
	moderator := m.rooms.Moderate(r.PathValue("room"))
	muted, err := moderator.MuteAll(r.Context(), room.Audio)
	if err == nil {
		err = moderator.Message(r.Context(), "Quiet, please: "+strings.Join(muted, ", "))
	}
	if err != nil {
		refuse(w, err)
		return
	}
	fmt.Fprintln(w, strings.Join(muted, "\n"))
}

// refuse answers with what the room says.
func refuse(w http.ResponseWriter, err error) {
	var refusal *room.Error
	if !errors.As(err, &refusal) {
		http.Error(w, "it did not work", http.StatusInternalServerError)
		return
	}
	status := http.StatusConflict
	switch refusal.Code {
	case room.CodeUserNotFound, room.CodeRoomNotFound, room.CodeUserNotStreaming:
		status = http.StatusNotFound
	case room.CodeNotPermitted:
		status = http.StatusForbidden
	}
	http.Error(w, refusal.Msg, status)
}
