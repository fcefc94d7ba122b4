package rest

import (
	"net/http"
	"strings"
	"time"

	"github.com/atrium-rtc/atrium/internal/admission"
	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/internal/httpjson"
)

// authority is what a caller may do. The zero value may do nothing.
type authority struct {
	everything bool        // administrators
	grants     auth.Grants // of others: rooms
}

// authorize says what the caller of a request may do. A token of the room protocol that
// is sent along decides alone, so that a backend on this machine that passes on the token
// of somebody does not lend it more than it allows. The error is a Problem or that of
// Control.Administrator.
func (h *handler) authorize(r *http.Request) (authority, error) {
	access := h.opts.Access()
	refused := access.Check(r)
	if scheme, _, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "Bearer") &&
		!h.opts.Admission.Open() && (refused != nil || access.Token == "") {
		grants, err := h.opts.Admission.Administrator(r.Context(), admission.Carry(r), time.Now())
		return authority{grants: grants}, err
	}
	if refused != nil {
		return authority{}, refused
	}
	return authority{everything: true}, nil
}

// check refuses what the caller may not do, before anything is looked up: whether there is
// a room is told to nobody else.
func (a authority) check(of scope, room string) error {
	switch {
	case a.everything, of == rooms:
		return nil
	case of == oneRoom && a.grants.InRoom(room):
		return nil
	case of == oneRoom:
		return httpjson.New(http.StatusForbidden, "The token is not for this room.")
	}
	return httpjson.New(http.StatusForbidden, "This is for administrators of the server.")
}

func (a authority) inRoom(room string) bool { return a.everything || a.grants.InRoom(room) }

// name is who it is, for the log.
func (a authority) name() string {
	if a.everything {
		return "administrator"
	}
	return a.grants.User
}
