package signaling

import (
	"errors"
	"net/http"

	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// endpoints are the paths served, as docs/protocol.md lists them.
func (s *Server) endpoints() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"/room":        s.serveRoom,
		"/getAllRooms": func(w http.ResponseWriter, _ *http.Request) { s.writeJSON(w, s.manager.Rooms()) },
		"/getUpdateSpeakerInterval": func(w http.ResponseWriter, _ *http.Request) {
			s.writeJSON(w, s.opts.Load().SpeakerInterval.Milliseconds())
		},
		"/getThresholdSpeaker": func(w http.ResponseWriter, _ *http.Request) { s.writeJSON(w, s.opts.Load().SpeakerThreshold) },
		"/getClientConfig":     func(w http.ResponseWriter, _ *http.Request) { s.writeJSON(w, s.opts.Load().Client) },
		"/close":               s.serveClose,
		"/":                    s.page.ServeHTTP,
	}
}

// serveClose closes a room: 200 without a body, 400 without a room, 404 when
// there is no such room or it is closing already.
func (s *Server) serveClose(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		w.Header().Set("Allow", "GET, POST")
		http.Error(w, "use POST or GET", http.StatusMethodNotAllowed)
		return
	}
	if err := s.Administrators().Check(r); err != nil {
		http.Error(w, "closing rooms is for administrators", auth.Refuse(w.Header(), err))
		return
	}
	name := r.URL.Query().Get("room")
	if name == "" {
		http.Error(w, "parameter 'room' is missing", http.StatusBadRequest)
		return
	}
	_, err := s.manager.CloseRoom(r.Context(), name)
	switch {
	case errors.Is(err, room.ErrRoomNotFound), errors.Is(err, room.ErrRoomClosed):
		http.Error(w, "no such room", http.StatusNotFound)
	case err != nil:
		s.log.Error("close room", "room", name, "error", err)
		http.Error(w, "the room could not be closed", http.StatusInternalServerError)
	default:
		s.log.Info("room closed by an administrator", "room", name)
	}
}

func (s *Server) writeJSON(w http.ResponseWriter, v any) {
	body, err := rpc.Marshal(v)
	if err != nil {
		s.log.Error("encode response", "error", err)
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if _, err := w.Write(body); err != nil {
		s.log.Debug("write response", "error", err)
	}
}
