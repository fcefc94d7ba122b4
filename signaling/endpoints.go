package signaling

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/atrium-rtc/atrium/internal/admission"
	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// endpoints are the paths served, as docs/protocol.md lists them.
func (s *Server) endpoints() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"/room":        s.serveRoom,
		"/getAllRooms": s.serveRooms,
		"/getUpdateSpeakerInterval": func(w http.ResponseWriter, _ *http.Request) {
			s.writeJSON(w, s.opts.Load().SpeakerInterval.Milliseconds())
		},
		"/getThresholdSpeaker": func(w http.ResponseWriter, _ *http.Request) { s.writeJSON(w, s.opts.Load().SpeakerThreshold) },
		"/getClientConfig":     func(w http.ResponseWriter, _ *http.Request) { s.writeJSON(w, s.opts.Load().Client) },
		"/close":               s.serveClose,
		"/":                    s.page.ServeHTTP,
	}
}

// serveRooms lists the rooms: all of them in open mode, else those that the caller runs.
func (s *Server) serveRooms(w http.ResponseWriter, r *http.Request) {
	rooms := s.manager.Rooms()
	if !s.admission.Open() {
		runs, err := s.runs(r)
		if err != nil {
			w.Header().Set("Cache-Control", "no-store")
			http.Error(w, "the names of rooms are for administrators", auth.Refuse(w.Header(), err))
			return
		}
		rooms = slices.DeleteFunc(rooms, func(name string) bool { return !runs(name) })
	}
	s.writeJSON(w, rooms)
}

// runs tells which rooms are the caller's to see and to close: an administrator's are all,
// and those of a participant's token that grants admin are the token's.
func (s *Server) runs(r *http.Request) (func(room string) bool, error) {
	err := s.Administrators().Check(r)
	if err == nil {
		return func(string) bool { return true }, nil
	}
	if s.admission.Open() {
		return nil, err
	}
	grants, err := s.admission.Administrator(r.Context(), admission.Carry(r), time.Now())
	if err != nil {
		return nil, auth.ErrNoToken
	}
	return grants.InRoom, nil
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
	name := r.URL.Query().Get("room")
	runs, err := s.runs(r)
	if err == nil && name != "" && !runs(name) {
		err = auth.ErrNoToken
	}
	if err != nil {
		http.Error(w, "closing rooms is for administrators", auth.Refuse(w.Header(), err))
		return
	}
	if name == "" {
		http.Error(w, "parameter 'room' is missing", http.StatusBadRequest)
		return
	}
	_, err = s.manager.CloseRoom(r.Context(), name)
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
