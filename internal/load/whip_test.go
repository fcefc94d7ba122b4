package load

import (
	"net/http/httptest"
	"testing"

	"github.com/atrium-rtc/atrium/internal/load/scenario"
	"github.com/atrium-rtc/atrium/internal/load/session"
	"github.com/atrium-rtc/atrium/signaling/whip"
)

func TestWHIPAndWHEPServersAreLoadedToo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	server := whip.NewServer(whip.Options{Manager: h.rooms, AutoCreate: true})
	site := httptest.NewServer(server.Handler())
	defer site.Close()

	dialer := session.NewDialer(session.Options{})
	defer dialer.Close()
	endpoints := session.Endpoints{WHIP: site.URL + "/whip/{room}?user={user}", WHEP: site.URL + "/whep/{room}?publisher={user}"}
	target := h.target
	target.Rooms = false
	target.Session = func(m session.Member) session.Session { return dialer.HTTP(endpoints, m) }
	r, err := NewRunner(Options{Target: target, Plan: plan(t, func(f *scenario.Flags) { f.Publishers, f.Subscribers = 2, 1 })})
	if err != nil {
		t.Fatal(err)
	}
	run, err := r.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// Everybody receives the two publishers, except themselves.
	if run.Total.Subscriptions != 4 || run.Total.JoinFailures != 0 {
		t.Errorf("%d subscriptions, %d failures: %v", run.Total.Subscriptions, run.Total.JoinFailures, run.Errors)
	}
	if run.Total.Frames < 60 || run.Total.Latency.Count == 0 {
		t.Errorf("%d frames, latency %+v", run.Total.Frames, run.Total.Latency)
	}
	stats := server.Stats()
	if made := stats.Requests[whip.Outcome{Method: "POST", Status: 201}]; made != 6 {
		t.Errorf("%d sessions were made, want 6: %v", made, stats.Requests)
	}
	if n := stats.Sessions["whip"] + stats.Sessions["whep"]; n != 0 {
		t.Errorf("%d sessions are left", n)
	}
}
