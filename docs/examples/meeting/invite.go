package main

import (
	"context"
	"crypto/rand"
	"io"
	"net/http"

	"github.com/atrium-rtc/atrium/room"
)

// inviteOwn begins from this side: the client gets the server's offer, with all candidates,
// for what it may send. answerOwn has to follow within half a minute.
func (m *meeting) inviteOwn(w http.ResponseWriter, r *http.Request) {
	id := room.ParticipantID(ownPrefix + rand.Text())
	_, err := m.rooms.Join(r.Context(), room.JoinRequest{
		ID: id, User: r.PathValue("user"), Room: r.PathValue("room"), AutoCreate: true,
	})
	if err != nil {
		refuse(w, err)
		return
	}
	offer, err := m.rooms.PublishOffer(r.Context(), id, room.OfferRequest{Kinds: room.All})
	if err != nil {
		_, _ = m.rooms.Leave(context.WithoutCancel(r.Context()), id)
		refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/sdp")
	w.Header().Set("Location", "/own/"+string(id))
	_, _ = io.WriteString(w, offer)
}

// answerOwn takes the client's answer, and the stream is there.
func (m *meeting) answerOwn(w http.ResponseWriter, r *http.Request) {
	answer, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10))
	if err != nil || len(answer) == 0 {
		http.Error(w, "an SDP answer, please", http.StatusBadRequest)
		return
	}
	id := room.ParticipantID(r.PathValue("id"))
	if _, err := m.rooms.Publish(r.Context(), id, room.PublishRequest{Answer: string(answer)}); err != nil {
		refuse(w, err)
	}
}
