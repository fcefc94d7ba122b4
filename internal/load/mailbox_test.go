package load

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMailboxKeepsOrderAndSignalsOnce(t *testing.T) {
	m := newMailbox()
	m.Published("ann")
	m.Candidate("ann", "candidate:1")
	m.Left("ann")
	<-m.signal
	select {
	case <-m.signal:
		t.Error("signalled twice for what one take returns")
	default:
	}
	want := []event{{kind: published, user: "ann"}, {kind: candidate, user: "ann", text: "candidate:1"}, {kind: left, user: "ann"}}
	got, _ := m.take()
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(event{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if rest, _ := m.take(); rest != nil {
		t.Errorf("taken twice: %v", rest)
	}
	m.Unpublished("ann")
	select {
	case <-m.signal:
	default:
		t.Error("no signal for what came after a take")
	}
}

func TestMailboxIsBoundedForTheServer(t *testing.T) {
	m := newMailbox()
	for range maxEvents + 1 {
		m.Published("ann")
	}
	m.put(event{kind: answered})
	events, dropped := m.take()
	if len(events) != maxEvents+1 || dropped != 1 {
		t.Errorf("%d events, %d dropped; want %d of the server's, one of our own, and one dropped", len(events), dropped, maxEvents)
	}
	if events[maxEvents].kind != answered {
		t.Error("the client's own event was dropped")
	}
	if _, dropped := m.take(); dropped != 0 {
		t.Error("counted twice")
	}
}
