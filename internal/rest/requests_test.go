package rest

import (
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRequestsAreCountedByRouteAndClass(t *testing.T) {
	s := newStage(t).furnish()
	s.want(200, "GET", "/rooms/standup", "", nil)
	s.want(200, "HEAD", "/rooms/lobby", "", nil)
	s.want(404, "GET", "/rooms/nowhere", "", nil)
	s.want(204, "POST", "/rooms/standup/messages", `{"text":"hi"}`, nil)
	s.want(405, "PUT", "/rooms/standup", "", nil)
	s.want(404, "GET", "/nothing", "", nil)
	got := make(map[Requests]uint64)
	all := s.handler.(*API).Requests()
	for _, r := range all {
		if n := r.Count; n > 0 {
			r.Count = 0
			got[r] = n
		}
	}
	want := map[Requests]uint64{
		{Method: "GET", Route: "/rooms/{room}", Class: "2xx"}:           2,
		{Method: "GET", Route: "/rooms/{room}", Class: "4xx"}:           1,
		{Method: "POST", Route: "/rooms/{room}/messages", Class: "2xx"}: 1,
		{Method: noRoute, Route: noRoute, Class: "4xx"}:                 2,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if routes := len((&handler{}).routes()); len(all) != 3*(routes+1) {
		t.Errorf("%d counts of %d routes", len(all), routes)
	}
}

// Streams need what http.ResponseController finds.
func TestTheWriterThatIsWatchedCanStillFlush(t *testing.T) {
	inner := httptest.NewRecorder()
	w := &watched{ResponseWriter: inner}
	if _, err := w.Write([]byte("x")); err != nil || w.status != 200 {
		t.Error(err, w.status)
	}
	if w.Unwrap() != inner {
		t.Error("it hides what it wraps")
	}
}
