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
	// Everybody receives the two publishers, except themselves. Who asks for one who is
	// not there yet asks again a second later, so that on a busy machine the end of the
	// run may come before the last of them.
	received := run.Total.Subscriptions
	if received < 1 || received > 4 || run.Total.JoinFailures != 0 {
		t.Errorf("%d subscriptions, %d failures: %v", received, run.Total.JoinFailures, run.Errors)
	}
	if run.Total.Frames == 0 || run.Total.Latency.Count == 0 {
		t.Errorf("%d frames, latency %+v", run.Total.Frames, run.Total.Latency)
	}
	stats := server.Stats()
	made := int(stats.Requests[whip.Outcome{Method: "POST", Status: 201}]) //nolint:gosec // few
	if made < 2+received || made > 6 {                                     // one may have come too late to get media
		t.Errorf("%d sessions were made, want %d to 6: %v", made, 2+received, stats.Requests)
	}
	if n := stats.Sessions["whip"] + stats.Sessions["whep"]; n != 0 {
		t.Errorf("%d sessions are left", n)
	}
}
