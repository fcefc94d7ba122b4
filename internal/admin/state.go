package admin

import (
	"errors"
	"math"
	"net/http"
	"runtime"
	"strconv"
	"time"

	"github.com/atrium-rtc/atrium/internal/auth"
)

// state is what the server does, without a name of anybody. Numbers that are not
// known are null.
type state struct {
	Version  string    `json:"version"`
	Revision string    `json:"revision"`
	Started  time.Time `json:"started"`
	Now      time.Time `json:"now"`
	Draining bool      `json:"draining"`
	// Access is granted, or what the caller lacks for names and actions: token, or
	// local when it would have to call from this machine.
	Access string `json:"access"`

	Processors    int    `json:"processors"`
	CPU           number `json:"cpu"`          // share of them, of the last ten seconds
	CapacityUsed  number `json:"capacityUsed"` // 1 is full
	Headroom      number `json:"headroom"`     // how many more participants like those there are would fit
	Rooms         int    `json:"rooms"`
	MaxRooms      int    `json:"maxRooms"` // 0 is no limit
	Participants  int    `json:"participants"`
	Publications  int    `json:"publications"`
	Subscriptions int    `json:"subscriptions"`
	Sessions      int    `json:"sessions"`
	Sockets       int    `json:"sockets"`
	MaxSockets    int    `json:"maxSockets"` // 0 is no limit

	History past `json:"history"`
}

// past is a part of the last ten minutes.
type past struct {
	From  uint64    `json:"from"` // number of the first point
	Next  uint64    `json:"next"` // of the one that comes next: what to ask for
	Last  time.Time `json:"last"` // when the last point was taken
	Names []string  `json:"names"`
	// Points have a value for each name, and are a second apart.
	Points [][]number `json:"points"`
}

// number is written as null while it is not known.
type number float64

// MarshalJSON implements json.Marshaler. Seven digits are what a point has.
func (n number) MarshalJSON() ([]byte, error) {
	v := float64(n)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, v, 'g', 7, 64), nil
}

// serveState answers everybody. since is the number of the first point that the
// caller does not have.
func (h *handler) serveState(w http.ResponseWriter, r *http.Request) {
	since, _ := strconv.ParseUint(r.URL.Query().Get("since"), 10, 64) // all of it, without
	h.answer(w, h.state(h.opts.Access().Check(r), since))
}

func (h *handler) state(access error, since uint64) state {
	rooms, sessions := h.opts.Sampler.from.Rooms(), h.opts.Sampler.from.Sessions()
	usage := h.opts.Sampler.Usage()
	return state{
		Version: h.opts.Version, Revision: h.opts.Revision, Started: h.opts.Started, Now: time.Now(),
		Draining: h.opts.Drain.Draining(), Access: accessInWords(access),
		Processors: runtime.GOMAXPROCS(0), CPU: number(usage.CPU), CapacityUsed: number(usage.Capacity),
		Headroom: number(headroom(rooms.Participants, usage.Capacity)),
		Rooms:    rooms.Rooms, MaxRooms: rooms.MaxRooms, Participants: rooms.Participants,
		Publications: rooms.Publications, Subscriptions: rooms.Subscriptions,
		Sessions: sessions.Sessions, Sockets: sessions.Sockets, MaxSockets: sessions.MaxSockets,
		History: h.past(since),
	}
}

func (h *handler) past(since uint64) past {
	first, points, last := h.opts.Sampler.history.since(since)
	names := graphNames()
	p := past{From: first, Next: first + uint64(len(points)), Last: last, Names: names[:], Points: make([][]number, 0, len(points))}
	for _, one := range points {
		row := make([]number, len(one))
		for i, v := range one {
			row[i] = number(v)
		}
		p.Points = append(p.Points, row)
	}
	return p
}

// leastUsed is how full a server must be for a guess of what else would fit.
const leastUsed = 0.05

// headroom guesses how many more participants like those there are would fit; NaN
// while there is too little to go by.
func headroom(participants int, used float64) float64 {
	if participants == 0 || !(used >= leastUsed) {
		return math.NaN()
	}
	return math.Round(max(0, float64(participants)*(1-used)/used))
}

func accessInWords(err error) string {
	switch {
	case err == nil:
		return "granted"
	case errors.Is(err, auth.ErrNoToken):
		return "token"
	default:
		return "local"
	}
}
