package rest

import (
	"net/http"

	"github.com/atrium-rtc/atrium/internal/httpjson"
)

// streamEvents hands over to the handler of events. Who does not administer the server
// names a room of its own.
func (h *handler) streamEvents(x *exchange) (reply, error) {
	switch {
	case !x.may.inRoom(x.query.Get("room")):
		return reply{}, httpjson.New(http.StatusForbidden, "Name a room that the token is for.")
	case h.opts.Events == nil:
		return reply{}, httpjson.New(http.StatusServiceUnavailable, "This server has no stream of events.")
	}
	return reply{stream: h.opts.Events}, nil
}
