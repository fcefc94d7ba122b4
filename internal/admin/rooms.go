package admin

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/atrium-rtc/atrium/internal/httpjson"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling"
)

// The sizes of pages.
const (
	defaultLimit = 50
	mostLimit    = 500
)

// roomList is a page of the rooms.
type roomList struct {
	At         time.Time          `json:"at"`       // of the survey
	Total      int                `json:"total"`    // rooms
	Matching   int                `json:"matching"` // of them, those that the search is for
	Rooms      []room.RoomSummary `json:"rooms"`
	Complaints []room.Complaint   `json:"complaints"` // of all rooms, the worst first
}

// serveRooms lists rooms: search, sort, descending, offset and limit say which.
func (h *handler) serveRooms(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	compare, ok := orders()[cmp.Or(query.Get("sort"), "room")]
	if !ok {
		h.refuse(w, httpjson.New(http.StatusBadRequest, "Rooms can be sorted by room, participants, since, worst and troubled."))
		return
	}
	seen, err := h.surveyor.survey(r.Context())
	if err != nil {
		h.refuse(w, problemOf(err))
		return
	}
	list := roomList{At: seen.at, Total: len(seen.Rooms), Complaints: append([]room.Complaint{}, seen.Complaints...)}
	part := strings.ToLower(query.Get("search"))
	matching := []room.RoomSummary{}
	for _, one := range seen.Rooms {
		if strings.Contains(strings.ToLower(one.Room), part) {
			matching = append(matching, one)
		}
	}
	slices.SortStableFunc(matching, compare)
	if query.Has("descending") {
		slices.Reverse(matching)
	}
	offset, limit := pageOf(query)
	list.Matching = len(matching)
	matching = matching[min(offset, len(matching)):]
	list.Rooms = matching[:min(limit, len(matching))]
	h.answer(w, list)
}

// orders returns how rooms can be sorted.
func orders() map[string]func(a, b room.RoomSummary) int {
	return map[string]func(a, b room.RoomSummary) int{
		"room":         func(a, b room.RoomSummary) int { return strings.Compare(a.Room, b.Room) },
		"participants": func(a, b room.RoomSummary) int { return a.Participants - b.Participants },
		"since":        func(a, b room.RoomSummary) int { return a.Since.Compare(b.Since) },
		"worst":        func(a, b room.RoomSummary) int { return cmp.Compare(known(a.Health), known(b.Health)) },
		"troubled":     func(a, b room.RoomSummary) int { return troubled(a.Health) - troubled(b.Health) },
	}
}

// known puts rooms in which nothing was judged behind the best.
func known(h room.Health) float64 {
	if h.Worst == 0 {
		return 6
	}
	return h.Worst
}

func troubled(h room.Health) (n int) {
	for _, streams := range h.Troubled {
		n += streams
	}
	return n
}

// pageOf reads offset and limit; what cannot be read is the default.
func pageOf(query url.Values) (offset, limit int) {
	offset, _ = strconv.Atoi(query.Get("offset"))
	limit, err := strconv.Atoi(query.Get("limit"))
	if err != nil || limit <= 0 {
		limit = defaultLimit
	}
	return max(offset, 0), min(limit, mostLimit)
}

// wholeRoom is one room with a page of its people.
type wholeRoom struct {
	room.Inspection
	People []person  `json:"people"` // in the place of Inspection's
	At     time.Time `json:"at"`
}

type person struct {
	room.InspectedPerson
	Session signaling.Presence `json:"session"`
}

// serveRoom shows one room: room names it, and search, worst, offset and limit say
// which of its people are shown.
func (h *handler) serveRoom(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	pick := room.Selection{Search: query.Get("search"), Worst: query.Has("worst")}
	pick.Offset, pick.Limit = pageOf(query)
	seen, err := h.opts.Rooms.Inspect(r.Context(), query.Get("room"), pick)
	if err != nil {
		h.refuse(w, problemOf(err))
		return
	}
	whole := wholeRoom{Inspection: seen, People: make([]person, 0, len(seen.People)), At: time.Now()}
	for _, p := range seen.People {
		whole.People = append(whole.People, person{p, h.opts.Presence(p.ID)})
	}
	h.answer(w, whole)
}
