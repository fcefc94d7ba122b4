package rest

import (
	"context"
	"net/http"

	"github.com/atrium-rtc/atrium/internal/httpjson"
)

// streamEvents hands over to the handler of events. Who does not administer the server
// names a room of its own, and hears of it as long as the token is good.
func (h *handler) streamEvents(x *exchange) (reply, error) {
	switch {
	case !x.may.inRoom(x.query.Get("room")):
		return reply{}, httpjson.New(http.StatusForbidden, "Name a room that the token is for.")
	case h.opts.Events == nil:
		return reply{}, httpjson.New(http.StatusServiceUnavailable, "This server has no stream of events.")
	case x.may.everything:
		return reply{stream: h.opts.Events}, nil
	}
	ctx, end := context.WithDeadline(x.r.Context(), x.may.grants.Expires)
	detach, err := h.opts.Admission.AttachAdministrator(x.may.grants, end)
	if err != nil {
		end()
		return reply{}, err
	}
	return reply{stream: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer end()
		defer detach()
		h.opts.Events.ServeHTTP(w, r.WithContext(ctx))
	})}, nil
}
