package load

import (
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/result"
	"github.com/atrium-rtc/atrium/internal/load/scenario"
	"github.com/atrium-rtc/atrium/internal/load/session"
	"github.com/atrium-rtc/atrium/internal/sfutest"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/signaling"
)

// house is a whole server on loopback: tests of the generator measure the real
// thing, and the real thing is asked what it counted.
type house struct {
	engine *sfu.Engine
	rooms  *room.Manager
	server *signaling.Server
	target Target
}

func newHouse(t *testing.T) *house {
	t.Helper()
	engine := sfutest.Start(t, sfu.ListenConfig{DisableTCP: true}, sfu.Config{})
	h := &house{engine: engine, rooms: room.NewManager(room.SFU(engine, nil), room.Options{})}
	h.server = signaling.NewServer(signaling.Options{Manager: h.rooms, AutoCreate: true})
	site := httptest.NewServer(h.server.Handler())
	t.Cleanup(site.Close)
	url := "ws" + strings.TrimPrefix(site.URL, "http") + "/room"
	dialer := session.NewDialer(session.Options{})
	h.target = Target{
		Name: url, Rooms: true, Media: netip.MustParseAddr("127.0.0.1"),
		Session: func(m session.Member) session.Session { return dialer.Room(url, m) },
	}
	return h
}

// play has a plan played in the house, to its end.
func (h *house) play(t *testing.T, p *scenario.Plan) (*Runner, *result.Run) {
	t.Helper()
	r, err := NewRunner(Options{Target: h.target, Plan: p})
	if err != nil {
		t.Fatal(err)
	}
	run, err := r.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r, run
}

// plan returns the plan of some flags.
func plan(t *testing.T, change func(*scenario.Flags)) *scenario.Plan {
	t.Helper()
	flags := scenario.DefaultFlags()
	flags.Duration = 3 * time.Second
	flags.Ramp = scenario.RampOver(0)
	change(&flags)
	s, err := flags.Scenario()
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Plan()
	if err != nil {
		t.Fatal(err)
	}
	return p
}
