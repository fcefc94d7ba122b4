package rest

import "time"

// waitingView is somebody in a lobby.
type waitingView struct {
	User     string    `json:"user"`
	Identity string    `json:"identity,omitempty"`
	Role     string    `json:"role,omitempty"`
	Since    time.Time `json:"since"`
}

// waitingList is everybody in a lobby, longest first; a room bounds them.
type waitingList struct {
	Waiting []waitingView `json:"waiting"`
}

func (h *handler) listWaiting(x *exchange) (reply, error) {
	all, err := h.moderate(x).Waiting(x.r.Context())
	if err != nil {
		return reply{}, err
	}
	list := waitingList{make([]waitingView, 0, len(all))}
	for _, w := range all {
		list.Waiting = append(list.Waiting, waitingView{w.User, w.Identity, w.Role, w.Since})
	}
	return ok(list)
}

func (h *handler) admit(x *exchange) (reply, error) {
	return done(h.moderate(x).Admit(x.r.Context(), x.user()))
}

func (h *handler) deny(x *exchange) (reply, error) {
	reason, err := x.reason()
	if err != nil {
		return reply{}, err
	}
	return done(h.moderate(x).Deny(x.r.Context(), x.user(), reason))
}
