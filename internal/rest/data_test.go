package rest

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/room"
)

// dataListener notes what data goes to whom.
type dataListener struct {
	room.NopHandler
	heard chan string
}

func (l dataListener) OnData(e room.DataEvent) {
	var to []string
	for _, p := range e.To {
		to = append(to, p.User)
	}
	l.heard <- fmt.Sprintf("%q on %s: %s to %v", e.From.User, e.Topic, e.Payload, to)
}

func TestDataReachesThoseWhoAreNamedOrEverybody(t *testing.T) {
	s := newStage(t).furnish()
	l := dataListener{heard: make(chan string, 2)}
	s.rooms.Handle(l)
	s.want(204, "POST", "/rooms/standup/data", `{"topic":"poll","data":{"q":[1]},"to":["bob"]}`, nil)
	s.want(204, "POST", "/rooms/standup/data", `{"data":null}`, nil)
	got := []string{<-l.heard, <-l.heard}
	if diff := cmp.Diff([]string{`"" on poll: {"q":[1]} to [bob]`, `"" on : null to [ann bob]`}, got); diff != "" {
		t.Error(diff)
	}
}
