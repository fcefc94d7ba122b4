package egress

import (
	"testing"
	"time"
)

func TestSubscribersAreVisitedWhenTheyAreDue(t *testing.T) {
	s := newShard(0)
	var subs []*Subscriber
	for range 3 {
		subs = append(subs, newSubscriber(s, "", &discard{}, func() {}))
	}
	now := time.Now()
	s.runBatch(now)
	due := func(sub *Subscriber) bool { return !now.Before(s.visits[sub.place].due) }
	s.visitAll(now)
	for i, sub := range subs {
		if due(sub) {
			t.Errorf("subscriber %d is due right after it was visited", i)
		}
	}
	now = now.Add(tickInterval)
	subs[1].hurry()
	if due(subs[0]) || !due(subs[1]) || due(subs[2]) {
		t.Error("the one in a hurry is not the one that is due")
	}
	subs[0].remove()
	if len(s.visits) != 2 || s.visits[subs[1].place].sub != subs[1] || s.visits[subs[2].place].sub != subs[2] {
		t.Error("the others lost their places")
	}
	subs[0].hurry() // gone: nothing to hurry
	now = now.Add(calmInterval)
	if !due(subs[2]) {
		t.Error("nobody would look at a calm subscriber again")
	}
	subs[1].remove()
	subs[2].remove()
	if len(s.visits) != 0 {
		t.Errorf("%d visits left", len(s.visits))
	}
}
