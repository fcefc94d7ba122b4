package room

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// ledger drives a state at random and keeps every connection ever reserved.
type ledger struct {
	*state
	pending  []*connection // still negotiated by their callers, though perhaps ended
	all      []*connection
	released map[*connection]int
}

// settle notes what the state has let go of.
func (l *ledger) settle(t *rapid.T, gone []*connection) {
	for i, c := range gone {
		l.released[c]++
		if c.phase != ended {
			t.Fatalf("%s's connection for %s was let go of but has not ended", c.owner.user, c.endpoint)
		}
		if c.link == nil && c.fate == nil {
			t.Fatalf("%s's negotiation for %s ended without a reason", c.owner.user, c.endpoint)
		}
		if c.source != nil && slices.Contains(gone[:i], c.source) {
			t.Fatalf("%s's subscription to %s is released after its publication", c.owner.user, c.endpoint)
		}
	}
}

func (l *ledger) reserve(t *rapid.T, reserve func(*connection) ([]*connection, error)) {
	c := &connection{}
	gone, err := reserve(c)
	if err != nil {
		return
	}
	l.settle(t, gone)
	l.pending = append(l.pending, c)
	l.all = append(l.all, c)
}

// finish takes one of the negotiations.
func (l *ledger) finish(t *rapid.T) *connection {
	if len(l.pending) == 0 {
		t.Skip("nothing is being negotiated")
	}
	i := rapid.IntRange(0, len(l.pending)-1).Draw(t, "negotiation")
	c := l.pending[i]
	l.pending = slices.Delete(l.pending, i, i+1)
	return c
}

// check holds after every action.
func (l *ledger) check(t *rapid.T) {
	if len(l.order) != len(l.users) || len(l.order) != len(l.ids) {
		t.Fatalf("%d in order, %d users, %d ids", len(l.order), len(l.users), len(l.ids))
	}
	placed := make(map[*connection]bool)
	for _, m := range l.order {
		if l.users[m.user] != m || l.ids[m.id] != m {
			t.Fatalf("%s is not indexed", m.user)
		}
		if n := l.limits.subscriptions; len(m.receive) > n {
			t.Fatalf("%s has %d subscriptions", m.user, len(m.receive))
		}
		if len(m.early) > l.limits.early.endpoints+len(m.receive)+1 {
			t.Fatalf("%s has candidates for %d endpoints", m.user, len(m.early))
		}
		for endpoint := range m.receive {
			if m.receive[endpoint].empty() {
				t.Fatalf("%s has an empty slot for %s", m.user, endpoint)
			}
		}
		for _, c := range placesOf(m) {
			at := m.slot(c.endpoint)
			if placed[c] || c.owner != m || (c == at.live) != (c.phase == live) || c.phase == ended {
				t.Fatalf("%s's connection for %s is in the wrong place or phase %d", m.user, c.endpoint, c.phase)
			}
			if c.source != nil && l.users[c.endpoint].publish.live != c.source {
				t.Fatalf("%s receives a publication of %s that has ended", m.user, c.endpoint)
			}
			placed[c] = true
		}
	}
	for _, c := range l.all {
		switch {
		case c.phase != ended && !placed[c]:
			t.Fatalf("%s's connection for %s is lost in phase %d", c.owner.user, c.endpoint, c.phase)
		case c.phase == ended && l.released[c] != 1:
			t.Fatalf("%s's connection for %s was released %d times", c.owner.user, c.endpoint, l.released[c])
		}
	}
}

func placesOf(m *member) (list []*connection) {
	slots := []*slot{&m.publish}
	for _, s := range m.receive {
		slots = append(slots, s)
	}
	for _, s := range slots {
		for _, c := range []*connection{s.live, s.pending} {
			if c != nil {
				list = append(list, c)
			}
		}
	}
	return list
}

// nothing is a link whose methods are never called: the state calls no connection.
type nothing struct{ link }

func TestStateNeverLosesAConnection(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := &ledger{released: make(map[*connection]int), state: newState("r", limits{
			participants: 4, subscriptions: 2,
			early: earlyLimits{endpoints: 2, candidates: 2, nameBytes: 8},
		})}
		name := rapid.SampledFrom([]string{"ann", "bob", "cid", "dan", "eve"})
		draw := func(t *rapid.T) (ParticipantID, string) {
			user := name.Draw(t, "user")
			return ParticipantID("id-" + user), user
		}
		t.Repeat(map[string]func(*rapid.T){
			"": l.check,
			"join": func(t *rapid.T) {
				id, user := draw(t)
				_, _ = l.join(id, user) // refusals are the model test's subject
			},
			"leave": func(t *rapid.T) {
				id, _ := draw(t)
				if m, err := l.member(id); err == nil {
					l.settle(t, l.leave(m))
				}
			},
			"publish": func(t *rapid.T) {
				id, _ := draw(t)
				l.reserve(t, func(c *connection) ([]*connection, error) { return nil, l.reservePublication(id, c) })
			},
			"unpublish": func(t *rapid.T) {
				id, _ := draw(t)
				if m, err := l.member(id); err == nil {
					l.settle(t, l.unpublish(m))
				}
			},
			"subscribe": func(t *rapid.T) {
				id, _ := draw(t)
				publisher := name.Draw(t, "publisher")
				l.reserve(t, func(c *connection) ([]*connection, error) { return l.reserveSubscription(id, publisher, c) })
			},
			"unsubscribe": func(t *rapid.T) {
				id, _ := draw(t)
				gone, _ := l.unsubscribe(id, name.Draw(t, "publisher"))
				l.settle(t, gone)
			},
			"open": func(t *rapid.T) {
				if c := l.finish(t); c.phase == negotiating {
					gone, _ := l.open(c, nothing{})
					l.settle(t, gone)
				}
			},
			"abandon": func(t *rapid.T) {
				if c := l.finish(t); c.phase == negotiating {
					l.abandon(c)
					l.released[c]++
				}
			},
			"drop": func(t *rapid.T) {
				for _, c := range l.all {
					if c.phase == live && c.source != nil {
						l.settle(t, l.drop(c))
						return
					}
				}
			},
			"candidate": func(t *rapid.T) {
				id, _ := draw(t)
				to, _, err := l.candidate(id, name.Draw(t, "endpoint"), ICECandidate{Candidate: fmt.Sprint(len(l.all))})
				if to != nil && (err != nil || to.phase != live || to.owner.id != id) {
					t.Fatalf("a candidate went to a connection in phase %d, error %v", to.phase, err)
				}
			},
		})
		l.settle(t, l.close())
		l.check(t)
		if !l.vacant() {
			t.Fatal("somebody is in a closed room")
		}
	})
}
