package egress

import "time"

// A shard looks at each of its subscribers now and then for what is due without a
// packet: at every tick while one of its streams is urgent, else every
// calmInterval. To look at one costs ten cache misses and finds nothing nearly
// always; with a thousand subscribers and twenty ticks a second that was a
// twentieth of all the server did.
const calmInterval = 250 * time.Millisecond

// visit is a subscriber of a shard, and when it is to be looked at.
type visit struct {
	due time.Time
	sub *Subscriber
}

// admit gives a subscriber a place among the visits.
func (s *Shard) admit(sub *Subscriber) {
	sub.place = len(s.visits)
	s.visits = append(s.visits, visit{sub: sub})
}

// dismiss takes it out again.
func (s *Shard) dismiss(sub *Subscriber) {
	last := len(s.visits) - 1
	s.visits[sub.place] = s.visits[last]
	s.visits[sub.place].sub.place = sub.place
	s.visits[last] = visit{}
	s.visits = s.visits[:last]
}

// visitAll looks at those that are due.
func (s *Shard) visitAll(now time.Time) {
	for i := range s.visits {
		if v := &s.visits[i]; !now.Before(v.due) {
			v.due = now.Add(v.sub.tick(now))
		}
	}
}

// hurry has the subscriber looked at with the next tick.
func (s *Subscriber) hurry() {
	if !s.removed {
		s.shard.visits[s.place].due = time.Time{}
	}
}

// urgent reports whether the stream must be looked at with every tick: while it
// waits for a keyframe, keeps requests for repairs, or owes its first report.
func (st *Stream) urgent() bool {
	_, waiting := st.selector.NeedsKeyframe()
	return waiting || len(st.postponed) > 0 || st.report.at.IsZero() && st.begun
}
