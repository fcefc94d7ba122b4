package rest

import (
	"math"
	"runtime"
	"time"

	"github.com/atrium-rtc/atrium/sfu/egress"
	"github.com/atrium-rtc/atrium/sfu/quality"
)

// statistics are the numbers of a dashboard without Prometheus. What is counted is counted
// since the start; a rate is the difference of two answers.
type statistics struct {
	Now      time.Time `json:"now"`
	Started  time.Time `json:"started"`
	Draining bool      `json:"draining"`
	Machine  machine   `json:"machine"`
	Rooms    roomCount `json:"rooms"`
	Sessions sessions  `json:"sessions"`
	Media    media     `json:"media"`
	Quality  troubles  `json:"quality"`
	Tokens   tokens    `json:"tokens"`
}

type machine struct {
	Processors int      `json:"processors"`
	CPU        *float64 `json:"cpu"` // the share that is used, 0 to 1; null: not known
	Capacity   float64  `json:"capacity"`
	Memory     uint64   `json:"memoryBytes"` // that the Go runtime has from the system
	Goroutines int      `json:"goroutines"`
}

type roomCount struct {
	Rooms         int    `json:"rooms"`
	MaxRooms      int    `json:"maxRooms"`
	Participants  int    `json:"participants"`
	Publications  int    `json:"publications"`
	Subscriptions int    `json:"subscriptions"`
	Created       uint64 `json:"created"`
	Ended         uint64 `json:"ended"`
	Joins         uint64 `json:"joins"`
	Messages      uint64 `json:"messages"`
	MediaFailures uint64 `json:"mediaFailures"`
}

type sessions struct {
	Sockets    int    `json:"sockets"`
	MaxSockets int    `json:"maxSockets"`
	Sessions   int    `json:"sessions"`
	Waiting    int    `json:"waiting"` // for a lost client to come back
	Started    uint64 `json:"started"`
	Takeovers  uint64 `json:"takeovers"`
}

type media struct {
	Connections   int    `json:"connections"`
	PacketsIn     uint64 `json:"packetsIn"`
	PacketsOut    uint64 `json:"packetsOut"`
	BytesIn       uint64 `json:"bytesIn"`
	BytesOut      uint64 `json:"bytesOut"`
	LostIn        uint64 `json:"lostIn"`
	LostOut       uint64 `json:"lostOut"`
	Retransmitted uint64 `json:"retransmitted"`
}

type troubles struct {
	Freezes  uint64           `json:"freezes"`
	Paused   int              `json:"paused"`   // videos, for want of bandwidth
	Troubled map[string]int64 `json:"troubled"` // streams that are received badly, by cause
}

type tokens struct {
	Required bool   `json:"required"`
	Accepted uint64 `json:"accepted"`
	Refused  uint64 `json:"refused"`
	Revoked  int    `json:"revoked"` // tokens and users that are remembered
}

func (h *handler) readStatistics(*exchange) (reply, error) {
	return ok(statistics{
		Now: time.Now(), Started: h.opts.Started, Draining: h.opts.Drain.Draining(),
		Machine: h.machine(), Rooms: h.roomCount(), Sessions: h.sessions(),
		Media: h.media(), Quality: h.troubles(), Tokens: h.tokens(),
	})
}

func (h *handler) machine() machine {
	usage := h.opts.Usage()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	m := machine{
		Processors: runtime.GOMAXPROCS(0), CPU: &usage.CPU, Capacity: usage.Capacity,
		Memory: memory.Sys - memory.HeapReleased, Goroutines: runtime.NumGoroutine(),
	}
	if math.IsNaN(usage.CPU) {
		m.CPU = nil
	}
	return m
}

func (h *handler) roomCount() roomCount {
	s := h.opts.Rooms.Stats()
	return roomCount{
		Rooms: s.Rooms, MaxRooms: s.MaxRooms, Participants: s.Participants, Publications: s.Publications, Subscriptions: s.Subscriptions,
		Created: s.RoomsCreated, Ended: s.RoomsEnded, Joins: s.Joins, Messages: s.Messages, MediaFailures: s.MediaFailures,
	}
}

func (h *handler) sessions() sessions {
	s := h.opts.Sessions()
	return sessions{
		Sockets: s.Sockets, MaxSockets: s.MaxSockets, Sessions: s.Sessions, Waiting: s.Waiting,
		Started: s.SessionsStarted, Takeovers: s.Takeovers,
	}
}

func (h *handler) media() media {
	s := h.opts.Media()
	return media{
		Connections: s.Peers,
		PacketsIn:   s.Network.DatagramsIn, PacketsOut: s.Network.DatagramsOut,
		BytesIn: s.Network.OctetsIn, BytesOut: s.Network.OctetsOut,
		LostIn: s.Ingress.All().Lost, LostOut: s.Egress.Lost, Retransmitted: s.Egress.Retransmitted,
	}
}

func (h *handler) troubles() troubles {
	s := h.opts.Media().Egress
	return troubles{
		Freezes: s.Freezes, Paused: s.Paused[egress.PausedBandwidth],
		Troubled: map[string]int64{
			"downlink": s.Troubled[quality.Downlink], "uplink": s.Troubled[quality.Uplink],
			"publisher layer": s.Troubled[quality.Publisher], "overload": s.Troubled[quality.Overload],
		},
	}
}

func (h *handler) tokens() tokens {
	s := h.opts.Admission.Stats()
	t := tokens{Required: !s.Open, Accepted: s.Accepted, Revoked: s.Revoked}
	for _, n := range s.Refused {
		t.Refused += n
	}
	return t
}

// version says which server answers.
type version struct {
	Version  string    `json:"version"`
	Revision string    `json:"revision"`
	Go       string    `json:"go"`
	Started  time.Time `json:"started"`
}

func (h *handler) readVersion(*exchange) (reply, error) {
	return ok(version{h.opts.Version, h.opts.Revision, runtime.Version(), h.opts.Started})
}
