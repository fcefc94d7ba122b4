package signaling_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling"
	"github.com/atrium-rtc/atrium/signaling/api"
)

func TestRequestsAreCountedAndTimedByMethod(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		ann := f.member("ann", `[]`)
		ann.silent()
		ann.send(`{"method":"publishVideo","params":{"sdpOffer":"hang","doLoopback":false},"id":2}`)
		time.Sleep(time.Second)
		ann.send(`{"method":"nonsense","id":3}`)
		ann.send(`{"method":"whatever","id":4}`)
		synctest.Wait()
		if n := f.server.Stats().Inbox; n != 2 {
			t.Errorf("%d requests wait, want those behind the offer", n)
		}
		for range 3 {
			ann.text()
		}
		synctest.Wait()
		s := f.server.Stats()
		for outcome, want := range map[signaling.RequestOutcome]uint64{
			{Method: api.JoinRoom}: 1,
			{Method: api.Ping}:     1,
			{Method: api.PublishVideo, Code: api.Code(room.CodeMediaEndpoint)}: 1,
			{Method: api.PublishVideo}:                0,
			{Method: "other", Code: api.Code(-32601)}: 2,
		} {
			if got, ok := s.Requests[outcome]; got != want || !ok {
				t.Errorf("%+v: %d (%t), want %d", outcome, got, ok, want)
			}
		}
		for method, want := range map[string]float64{api.PublishVideo: 30, "other": 29 + 29, api.JoinRoom: 0} {
			if got := s.RequestSeconds[method].Sum; got != want {
				t.Errorf("%s took %v s, want %v", method, got, want)
			}
		}
		if got := s.RequestSeconds["other"].Count; got != 2 || s.Inbox != 0 {
			t.Errorf("%d other requests timed, %d wait", got, s.Inbox)
		}
	})
}

func TestSessionsAreCountedByWhetherTheirClientIsThere(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		f.member("ann", `[]`)
		bob := f.member("bob", `[{"id":"ann"}]`)
		count := func(when string, sessions, waiting int) {
			t.Helper()
			synctest.Wait()
			if s := f.server.Stats(); s.Sessions != sessions || s.Waiting != waiting {
				t.Errorf("%s: %d sessions, %d of them wait; want %d and %d", when, s.Sessions, s.Waiting, sessions, waiting)
			}
		}
		count("both here", 2, 0)
		_ = bob.conn.Close()
		count("one lost", 2, 1)
		time.Sleep(11 * time.Second)
		count("one gone", 1, 0)
	})
}

func TestTrafficAndWhatWaitsIsCounted(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		bob := f.deaf() // no buffers: nothing leaves that is not read
		join := `{"method":"joinRoom","params":{"user":"bob","room":"r"},"id":1}`
		bob.send("%s", join)
		synctest.Wait()
		s := f.server.Stats()
		if s.Traffic.MessagesIn != 1 || s.Traffic.OctetsIn != uint64(len(join)) {
			t.Errorf("in: %+v, want one message of %d octets", s.Traffic, len(join))
		}
		if s.Outbox == 0 || s.Traffic.MessagesOut != 0 {
			t.Errorf("%d octets wait, %d messages went out", s.Outbox, s.Traffic.MessagesOut)
		}
		waiting := s.Outbox
		bob.pump()
		bob.text()
		synctest.Wait()
		s = f.server.Stats()
		if s.Outbox != 0 || s.Traffic.MessagesOut != 1 || s.Traffic.OctetsOut != uint64(waiting) {
			t.Errorf("%d octets wait; out: %+v, want one message of %d octets", s.Outbox, s.Traffic, waiting)
		}
	})
}

// What has not happened yet is 0 and not absent, so that its first time is seen as
// an increase.
func TestStatsHaveEveryLabelFromTheStart(t *testing.T) {
	s := start(t).server.Stats()
	methods := len(api.Methods()) + 1
	if len(s.Requests) != methods || len(s.RequestSeconds) != methods {
		t.Errorf("%d counts and %d histograms for %d methods", len(s.Requests), len(s.RequestSeconds), methods)
	}
	if len(s.SocketsRefused) != 4 || len(s.SessionsEnded) != 10 {
		t.Errorf("refusals %v, endings %v", s.SocketsRefused, s.SessionsEnded)
	}
	if strings.Contains(strings.Join(api.Methods(), " "), "other") {
		t.Error("a method is called like all unknown ones")
	}
}
