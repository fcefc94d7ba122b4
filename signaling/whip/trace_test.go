package whip_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/tracing"
)

// spans is where traces go.
type spans struct {
	mu   sync.Mutex
	list []*tracing.Record
}

func (s *spans) Take(r *tracing.Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, r)
}

func TestSessionsThatBeginAreTraced(t *testing.T) {
	const trace, parent = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
	var s spans
	f := start(t, func(set *setup) { set.Tracer = tracing.New(&s, 1) })
	url, tag := f.begun("/whip/stage?user=encoder")
	f.send(http.MethodPost, "/whep/nowhere", offer("-"), "Content-Type", "application/sdp", "Traceparent", "00-"+trace+"-"+parent+"-01").want(t, http.StatusConflict)
	f.patch(url, tag, "a=end-of-candidates\r\n")
	f.send(http.MethodDelete, url, "").want(t, http.StatusOK)
	f.site.Close() // waits for the requests
	byID := map[tracing.SpanID]string{}
	var got []string
	for _, r := range slices.Backward(s.list) { // parents end after their steps
		byID[r.ID] = r.Name
		line := byID[r.Parent] + " > " + r.Name + " " + r.Why
		for _, a := range r.Attributes {
			if strings.HasPrefix(a.Key, "http.") || a.Key == "atrium.room" {
				line += fmt.Sprint(" ", a.Text)
			}
		}
		if strings.HasPrefix(r.Name, "POST") || strings.HasPrefix(byID[r.Parent], "POST") {
			got = append(got, line)
		}
		if r.Remote && (r.Trace.String() != trace || r.Parent.String() != parent) {
			t.Errorf("%s is in the trace %v under %v", r.Name, r.Trace, r.Parent)
		}
	}
	want := []string{
		" > POST /whep/{room} status 409 POST /whep/{room} ",
		" > POST /whip/{room}  POST /whip/{room} stage ",
		"POST /whip/{room} > negotiation ",
		"POST /whip/{room} > room.join ",
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("spans (-want +got):\n%s", diff)
	}
}
