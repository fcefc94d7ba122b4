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
	if diff := cmp.Diff(want, m.take(), cmp.AllowUnexported(event{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if rest := m.take(); rest != nil {
		t.Errorf("taken twice: %v", rest)
	}
	m.Unpublished("ann")
	select {
	case <-m.signal:
	default:
		t.Error("no signal for what came after a take")
	}
}
