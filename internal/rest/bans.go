package rest

import (
	"time"

	"github.com/atrium-rtc/atrium/room"
)

// banView is somebody who may not come in.
type banView struct {
	User     string    `json:"user"`
	Identity string    `json:"identity,omitempty"`
	Until    time.Time `json:"until"`
	Reason   string    `json:"reason,omitempty"`
}

// banList is all of a room, oldest first; a room bounds them.
type banList struct {
	Bans []banView `json:"bans"`
}

func (h *handler) listBans(x *exchange) (reply, error) {
	bans, err := h.moderate(x).Bans(x.r.Context())
	if err != nil {
		return reply{}, err
	}
	list := banList{make([]banView, 0, len(bans))}
	for _, one := range bans {
		list.Bans = append(list.Bans, viewOfBan(one))
	}
	return ok(list)
}

func viewOfBan(b room.BanInfo) banView {
	return banView{User: b.User, Identity: b.Identity, Until: b.Until, Reason: b.Reason}
}

// newBan says for how long, and why.
type newBan struct {
	For    given[seconds] `json:"seconds"`
	Reason string         `json:"reason"`
}

func (h *handler) ban(x *exchange) (reply, error) {
	var want newBan
	if err := x.read(&want); err != nil {
		return reply{}, err
	}
	reason, err := checkReason(want.Reason)
	if err != nil {
		return reply{}, err
	}
	return done(h.moderate(x).Ban(x.r.Context(), x.user(), time.Duration(want.For.value), reason))
}

func (h *handler) unban(x *exchange) (reply, error) {
	return done(h.moderate(x).Unban(x.r.Context(), x.user()))
}
