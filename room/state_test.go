package room

import (
	"fmt"
	"slices"
	"testing"
	"time"

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
			t.Fatalf("%s's connection for %s was let go of but has not ended", c.owner.user, c.stream)
		}
		if c.link == nil && c.fate == nil {
			t.Fatalf("%s's negotiation for %s ended without a reason", c.owner.user, c.stream)
		}
		if c.source != nil && slices.Contains(gone[:i], c.source) {
			t.Fatalf("%s's subscription to %s is released after its publication", c.owner.user, c.stream)
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
		if len(m.early) > l.limits.early.endpoints+2*len(slots(m)) {
			t.Fatalf("%s has candidates for %d endpoints", m.user, len(m.early))
		}
		for of := range m.early {
			pending := func(at *slot) bool { return at.pending != nil }
			if places := l.slotsOf(m, of.user); of.id == "" && len(places) > 0 && !slices.ContainsFunc(places, pending) {
				t.Fatalf("%s has candidates for %s that nobody waits for", m.user, of.user)
			}
		}
		if len(m.publish) > l.limits.streams {
			t.Fatalf("%s publishes %d streams", m.user, len(m.publish))
		}
		published := 0
		for _, at := range slots(m) {
			if at.empty() || m.slot(at.stream) != at {
				t.Fatalf("%s's slot for %s is empty or cannot be found", m.user, at.stream)
			}
			if at.live != nil && at.live.source == nil {
				published++
			}
		}
		if len(m.streams) != published {
			t.Fatalf("%s is said to publish %v", m.user, m.streams)
		}
		for _, c := range placesOf(m) {
			at := m.slot(c.stream)
			if placed[c] || c.owner != m || (c == at.live) != (c.phase == live) || c.phase == ended {
				t.Fatalf("%s's connection for %s is in the wrong place or phase %d", m.user, c.stream, c.phase)
			}
			if c.source != nil && l.users[c.stream.user].live(c.stream.id) != c.source {
				t.Fatalf("%s receives a publication of %s that has ended", m.user, c.stream)
			}
			placed[c] = true
		}
	}
	for _, c := range l.all {
		switch {
		case c.phase != ended && !placed[c]:
			t.Fatalf("%s's connection for %s is lost in phase %d", c.owner.user, c.stream, c.phase)
		case c.phase == ended && l.released[c] != 1:
			t.Fatalf("%s's connection for %s was released %d times", c.owner.user, c.stream, l.released[c])
		}
	}
}

func slots(m *member) []*slot {
	list := slices.Clone(m.publish)
	for _, s := range m.receive {
		list = append(list, s)
	}
	return list
}

func placesOf(m *member) (list []*connection) {
	for _, s := range slots(m) {
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
			participants: 4, subscriptions: 3, streams: 2,
			early: earlyLimits{endpoints: 2, candidates: 2, nameBytes: 8},
		})}
		name := rapid.SampledFrom([]string{"ann", "bob", "cid", "dan", "eve"})
		stream := rapid.SampledFrom([]string{DefaultStream, ScreenStream, "third"})
		draw := func(t *rapid.T) (ParticipantID, string) {
			user := name.Draw(t, "user")
			return ParticipantID("id-" + user), user
		}
		t.Repeat(map[string]func(*rapid.T){
			"": l.check,
			"join": func(t *rapid.T) {
				id, user := draw(t)
				_, _ = l.join(&JoinRequest{ID: id, User: user}, time.Time{}) // refusals are the model test's subject
			},
			"leave": func(t *rapid.T) {
				id, _ := draw(t)
				if m, err := l.member(id); err == nil {
					l.settle(t, l.leave(m, time.Time{}))
				}
			},
			"publish": func(t *rapid.T) {
				id, _ := draw(t)
				l.reserve(t, func(c *connection) ([]*connection, error) {
					return nil, l.reservePublication(id, stream.Draw(t, "stream"), c)
				})
			},
			"unpublish": func(t *rapid.T) {
				id, _ := draw(t)
				if m, err := l.member(id); err == nil && len(m.publish) > 0 {
					l.settle(t, l.unpublish(m, rapid.SampledFrom(m.publish).Draw(t, "publication")))
				}
			},
			"subscribe": func(t *rapid.T) {
				id, _ := draw(t)
				from := streamName{name.Draw(t, "publisher"), stream.Draw(t, "stream")}
				l.reserve(t, func(c *connection) ([]*connection, error) { return l.reserveSubscription(id, from, c) })
			},
			"unsubscribe": func(t *rapid.T) {
				id, _ := draw(t)
				if m, err := l.member(id); err == nil {
					l.settle(t, l.unsubscribe(m, streamName{name.Draw(t, "publisher"), stream.Draw(t, "stream")}))
				}
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
				of := streamName{name.Draw(t, "endpoint"), rapid.OneOf(rapid.Just(""), stream).Draw(t, "stream")}
				connections, _, err := l.candidate(id, of, ICECandidate{Candidate: fmt.Sprint(len(l.all))})
				for _, to := range connections {
					if err != nil || to.phase != live || to.owner.id != id || to.stream.user != of.user || of.id != "" && to.stream != of {
						t.Fatalf("a candidate for %v went to a connection for %v in phase %d, error %v", of, to.stream, to.phase, err)
					}
				}
			},
		})
		l.settle(t, l.close())
		l.check(t)
		if !l.vacant(time.Time{}) {
			t.Fatal("somebody is in a closed room")
		}
	})
}
