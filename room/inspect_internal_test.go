package room

import (
	"fmt"
	"testing"
)

// A room must not stand still while it is looked at.
func TestAVisitNotesBoundedlyMany(t *testing.T) {
	const members, received = 10, 500
	order := make([]*member, members)
	for i := range order {
		order[i] = newMember("", fmt.Sprint(i))
		for j := range received {
			order[i].receive[streamName{fmt.Sprint(j), DefaultStream}] = &slot{live: &connection{}}
		}
	}
	people := make([]person, members)
	visits := 0
	for next := 0; next < members; visits++ {
		before := next
		if next = receptions(people, order, next); next == before {
			t.Fatalf("nothing was noted in visit %d", visits)
		}
		if noted := (next - before) * received; noted > inspectBatch+received {
			t.Errorf("%d subscriptions in one visit", noted)
		}
	}
	if visits != 2 {
		t.Errorf("%d visits for %d subscriptions", visits, members*received)
	}
	for i := range people {
		if len(people[i].receptions) != received {
			t.Errorf("%d of %d are noted of member %d", len(people[i].receptions), received, i)
		}
	}
}
