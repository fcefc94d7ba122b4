package rest

import (
	"net/http"

	"github.com/atrium-rtc/atrium/room"
)

// publicationList is what a participant publishes.
type publicationList struct {
	Streams []room.InspectedPublication `json:"streams"`
}

func (h *handler) listStreams(x *exchange) (reply, error) {
	who, err := h.inspect(x)
	if err != nil {
		return reply{}, err
	}
	return ok(publicationList{who.Publishes})
}

func (h *handler) unpublish(x *exchange) (reply, error) {
	return done(h.moderate(x).Unpublish(x.r.Context(), x.user(), x.stream()))
}

// kinds is the body of what concerns sound and picture.
type kinds struct {
	Audio bool `json:"audio"`
	Video bool `json:"video"`
}

func (k kinds) set() (set room.MediaKind) {
	if k.Audio {
		set |= room.Audio
	}
	if k.Video {
		set |= room.Video
	}
	return set
}

// userList names participants.
type userList struct {
	Users []string `json:"users"`
}

func (h *handler) muteAll(x *exchange) (reply, error) {
	var what kinds
	if err := x.read(&what); err != nil {
		return reply{}, err
	}
	muted, err := h.moderate(x).MuteAll(x.r.Context(), what.set())
	return reply{status: http.StatusOK, body: userList{append([]string{}, muted...)}}, err
}

// mute replaces the kinds of which nobody gets anything.
func (h *handler) mute(x *exchange) (reply, error) {
	var what kinds
	if err := x.read(&what); err != nil {
		return reply{}, err
	}
	return done(h.moderate(x).Mute(x.r.Context(), x.user(), x.stream(), what.set()))
}

func (h *handler) askToUnmute(x *exchange) (reply, error) {
	var what kinds
	if err := x.read(&what); err != nil {
		return reply{}, err
	}
	return done(h.moderate(x).AskToUnmute(x.r.Context(), x.user(), x.stream(), what.set()))
}
