package main

import (
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"strings"

	"github.com/atrium-rtc/atrium/room"
)

// ownPrefix begins the ids of those who come by the application's own protocol.
const ownPrefix = "own-"

// publishOwn is a protocol of the application's own: one POST with an offer that has all
// candidates, for which the answer comes back. Participants who come by it are like all
// others.
func (m *meeting) publishOwn(w http.ResponseWriter, r *http.Request) {
	offer, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10))
	if err != nil {
		http.Error(w, "an SDP offer, please", http.StatusBadRequest)
		return
	}
	id := room.ParticipantID(ownPrefix + rand.Text()) // a secret: who knows it may leave for the participant
	_, err = m.rooms.Join(r.Context(), room.JoinRequest{
		ID: id, User: r.PathValue("user"), Room: r.PathValue("room"), AutoCreate: true,
	})
	if err != nil {
		refuse(w, err)
		return
	}
	answer, err := m.rooms.Publish(r.Context(), id, room.PublishRequest{Offer: string(offer)})
	if err != nil {
		_, _ = m.rooms.Leave(context.WithoutCancel(r.Context()), id)
		refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/sdp")
	w.Header().Set("Location", "/own/"+string(id))
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, answer)
}

// leaveOwn is how its participants leave.
func (m *meeting) leaveOwn(w http.ResponseWriter, r *http.Request) {
	if _, err := m.rooms.Leave(r.Context(), room.ParticipantID(r.PathValue("id"))); err != nil {
		refuse(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// hangup lets those go whose connection is lost: they have no websocket whose end would
// tell. A handler must not call the Manager, so a goroutine does.
type hangup struct {
	room.NopHandler
	rooms *room.Manager
}

// OnMediaError implements room.EventHandler.
func (h hangup) OnMediaError(e room.MediaErrorEvent) {
	if strings.HasPrefix(string(e.To.ID), ownPrefix) {
		go h.rooms.Leave(context.Background(), e.To.ID) //nolint:errcheck // gone is gone
	}
}
