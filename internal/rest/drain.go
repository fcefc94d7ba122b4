package rest

import (
	"net/http"

	"github.com/atrium-rtc/atrium/internal/httpjson"
)

// drainView says whether newcomers are turned away.
type drainView struct {
	Draining bool `json:"draining"`
}

func (h *handler) readDrain(*exchange) (reply, error) { return ok(drainView{h.opts.Drain.Draining()}) }

func (h *handler) beginDrain(*exchange) (reply, error) { return h.drain(true) }

func (h *handler) endDrain(*exchange) (reply, error) { return h.drain(false) }

func (h *handler) drain(on bool) (reply, error) {
	if err := h.opts.Drain.SetDraining(on); err != nil {
		return reply{}, httpjson.New(http.StatusConflict, httpjson.Sentence(err))
	}
	return ok(drainView{on})
}
