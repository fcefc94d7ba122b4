package rest

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/atrium-rtc/atrium/internal/httpjson"
	"github.com/atrium-rtc/atrium/room"
)

// roomView is one room.
type roomView struct {
	Name         string    `json:"name"`
	Created      time.Time `json:"created"`
	Participants int       `json:"participants"`
	Publishers   int       `json:"publishers"`
	Waiting      int       `json:"waiting"`
	Settings     settings  `json:"settings"`
}

func viewOf(r room.RoomInfo) roomView {
	return roomView{
		Name: r.Name, Created: r.Created, Participants: r.Participants, Publishers: r.Publishers, Waiting: r.Waiting,
		Settings: settingsOf(r.Settings),
	}
}

// roomList is a page of rooms, by name. Next is the name after which the next page
// begins; empty on the last one.
type roomList struct {
	Rooms []roomView `json:"rooms"`
	Next  string     `json:"next,omitempty"`
}

// listRooms visits only the rooms of the page.
func (h *handler) listRooms(x *exchange) (reply, error) {
	limit, err := x.limit()
	if err != nil {
		return reply{}, err
	}
	names := h.opts.Rooms.Rooms()
	slices.Sort(names)
	part, after := strings.ToLower(x.query.Get("search")), x.query.Get("after")
	names = slices.DeleteFunc(names, func(name string) bool {
		return name <= after || !strings.Contains(strings.ToLower(name), part) || !x.may.inRoom(name)
	})
	list := roomList{Rooms: []roomView{}}
	if len(names) > limit {
		names = names[:limit]
		list.Next = names[limit-1]
	}
	for _, name := range names {
		info, err := h.opts.Rooms.Room(x.r.Context(), name)
		switch {
		case errors.Is(err, room.ErrRoomNotFound), errors.Is(err, room.ErrRoomClosed):
		case err != nil:
			return reply{}, err
		default:
			list.Rooms = append(list.Rooms, viewOf(info))
		}
	}
	return ok(list)
}

// newRoom is a room that is to be made ahead.
type newRoom struct {
	Name string `json:"name"`
	settingsChange
}

func (h *handler) createRoom(x *exchange) (reply, error) {
	var want newRoom
	if err := x.read(&want); err != nil {
		return reply{}, err
	}
	if err := x.may.check(oneRoom, want.Name); err != nil {
		return reply{}, err
	}
	var with room.Settings
	want.apply(&with)
	err := h.opts.Rooms.CreateRoom(want.Name, with)
	if errors.Is(err, room.ErrRoomNotCreated) {
		return reply{}, h.notCreated(x, want.Name, err)
	}
	if err != nil {
		return reply{}, err
	}
	info, err := h.opts.Rooms.Room(x.r.Context(), want.Name)
	return reply{status: http.StatusCreated, body: viewOf(info), location: prefix + "/rooms/" + url.PathEscape(want.Name)}, err
}

// notCreated tells a room that is there already, which stays as it is, from a server that
// is full.
func (h *handler) notCreated(x *exchange, name string, err error) error {
	p := httpjson.New(http.StatusServiceUnavailable, httpjson.Sentence(err))
	if _, absent := h.opts.Rooms.Room(x.r.Context(), name); absent == nil {
		p = httpjson.New(http.StatusConflict, p.Detail)
	}
	p.Code = int(room.CodeRoomNotCreated)
	return p
}

func (h *handler) readRoom(x *exchange) (reply, error) {
	info, err := h.opts.Rooms.Room(x.r.Context(), x.room())
	return reply{status: http.StatusOK, body: viewOf(info)}, err
}

func (h *handler) changeRoom(x *exchange) (reply, error) {
	var change settingsChange
	if err := x.read(&change, "application/merge-patch+json"); err != nil {
		return reply{}, err
	}
	if _, err := h.moderate(x).Change(x.r.Context(), change.apply); err != nil {
		return reply{}, err
	}
	return h.readRoom(x)
}

func (h *handler) closeRoom(x *exchange) (reply, error) {
	reason, err := x.reason()
	if err != nil {
		return reply{}, err
	}
	return done(h.moderate(x).Close(x.r.Context(), reason))
}

// moderate acts on the room that the path names.
func (h *handler) moderate(x *exchange) room.Moderator { return h.opts.Rooms.Moderate(x.room()) }
