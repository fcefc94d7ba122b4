package webhook

import (
	"time"

	"github.com/atrium-rtc/atrium/internal/feed"
)

// maxRefusals is how often an event is tried that the receiver answers with 4xx: for about
// eight minutes.
const maxRefusals = 10

// limits bound a queue.
type limits struct {
	events, bytes int           // that wait
	keep          time.Duration // that an event may wait
	parallel      int           // deliveries at a time
}

// item is an event that waits, or a place where events were lost.
type item struct {
	event *feed.Event
	lost  uint64 // without an event: how many
	cause Cause  // likewise
	since time.Time
	// notice tells of the loss; it is made when it is sent for the first time, and the
	// number of the lost is fixed from then on.
	notice *feed.Event
}

// lane is what waits of one room. Its first item is the one in flight.
type lane struct {
	room     string
	items    []item
	busy     bool // one is in flight
	trouble  int  // queue.trouble when it began
	failures int  // of the first item, in a row
	refusals int  // those of them that were 4xx
	due      time.Time
}

// queue decides what is sent when. It is owned by one goroutine, knows no clock, and makes
// no request. Lanes of rooms are served in turn.
type queue struct {
	limits limits
	lanes  map[string]*lane
	turn   []*lane // those with items; next looks from the front

	events, bytes int // that wait, those in flight included; places of losses are not events
	inFlight      int
	failures      int       // of the receiver as a whole, in a row
	due           time.Time // not before, likewise
	trouble       int       // times that it was in trouble as a whole
	looked        time.Time // when expire looked
	gone          bool      // the receiver wants no more
	dropped       map[Cause]uint64
}

func newQueue(l limits) *queue {
	return &queue{limits: l, lanes: make(map[string]*lane), dropped: make(map[Cause]uint64)}
}

// put adds an event at the end of its room's lane, or drops it when there is no place.
func (q *queue) put(e *feed.Event, now time.Time) {
	switch {
	case q.gone:
		q.dropped[Stopped]++
	case q.events >= q.limits.events || q.bytes+len(e.JSON) > q.limits.bytes:
		q.lose(e.Room, 1, Full, now)
	default:
		l := q.lane(e.Room)
		l.items = append(l.items, item{event: e, since: now})
		q.events++
		q.bytes += len(e.JSON)
	}
}

// lose notes that events are lost, at the end of the room's lane. Rooms of which nothing
// waits share the place of no room, so that a flood of rooms does not grow the queue.
func (q *queue) lose(room string, n uint64, cause Cause, now time.Time) {
	q.dropped[cause] += n
	if q.gone {
		return
	}
	if q.lanes[room] == nil {
		room = ""
	}
	l := q.lane(room)
	if last := len(l.items) - 1; last >= 0 && l.items[last].event == nil && l.items[last].notice == nil {
		l.items[last].lost += n
		return
	}
	l.items = append(l.items, item{lost: n, cause: cause, since: now})
}

func (q *queue) lane(room string) *lane {
	l := q.lanes[room]
	if l == nil {
		l = &lane{room: room}
		q.lanes[room] = l
		q.turn = append(q.turn, l)
	}
	return l
}

// next returns the lane whose first item is to be sent now, which is in flight from then
// on; nil when there is none, and then wait is how long until there may be one, 0 for as
// long as nothing comes.
func (q *queue) next(now time.Time) (ready *lane, wait time.Duration) {
	parallel := q.limits.parallel
	if q.failures > 0 {
		parallel = 1 // one tries whether the receiver is back
	}
	if q.inFlight >= parallel {
		return nil, 0
	}
	q.expire(now)
	if len(q.turn) > 0 && now.Before(q.due) {
		return nil, q.due.Sub(now)
	}
	for i, l := range q.turn {
		switch {
		case l.busy:
		case now.Before(l.due):
			if until := l.due.Sub(now); wait == 0 || until < wait {
				wait = until
			}
		default:
			l.busy, l.trouble = true, q.trouble
			q.inFlight++
			q.turn = append(append(q.turn[:i:i], q.turn[i+1:]...), l)
			return l, 0
		}
	}
	return nil, wait
}

// expire drops what has waited too long, from the fronts of the lanes, and leaves a place
// of a loss instead.
func (q *queue) expire(now time.Time) {
	if now.Sub(q.looked) < time.Second {
		return
	}
	q.looked = now
	for _, l := range q.turn {
		if l.busy {
			continue
		}
		var lost uint64
		for len(l.items) > 0 && now.Sub(l.items[0].since) >= q.limits.keep {
			if l.items[0].event == nil {
				lost += l.items[0].lost
			} else {
				lost++
				q.dropped[Old]++
			}
			q.pop(l)
		}
		if lost > 0 {
			l.items = append([]item{{lost: lost, cause: Old, since: now}}, l.items...)
		}
	}
}

// pop removes the first item of a lane, which then begins anew.
func (q *queue) pop(l *lane) {
	if e := l.items[0].event; e != nil {
		q.events--
		q.bytes -= len(e.JSON)
	}
	l.items[0] = item{}
	l.items = l.items[1:]
	l.failures, l.refusals, l.due = 0, 0, time.Time{}
}

// settle takes in what became of the delivery of a lane's first item. dice is as in
// backoff.
func (q *queue) settle(l *lane, v verdict, dice float64, now time.Time) {
	l.busy = false
	q.inFlight--
	switch {
	case q.gone:
		return
	case v.cause == Gone:
		q.stop()
		return
	case v.cause == "":
		q.pop(l)
	case !v.whole:
		q.refuse(l, v, dice, now)
	}
	// Of those that were in flight together the first that fails counts, and none that
	// went well meanwhile says that the receiver is back.
	switch news := l.trouble == q.trouble; {
	case news && v.whole:
		q.trouble++
		q.failures++
		q.due = now.Add(max(backoff(q.failures, dice), v.asked))
	case news:
		q.failures, q.due = 0, time.Time{}
	case v.whole:
		q.due = later(q.due, now.Add(v.asked))
	}
	if len(l.items) == 0 {
		q.forget(l)
	}
}

// refuse has the lane of an event wait that the receiver did not take, or gives it up.
func (q *queue) refuse(l *lane, v verdict, dice float64, now time.Time) {
	l.failures++
	if v.cause == Rejected {
		l.refusals++
	}
	if l.refusals < maxRefusals {
		l.due = now.Add(max(backoff(l.failures, dice), v.asked))
		return
	}
	lost := l.items[0].event != nil
	q.pop(l)
	if lost { // a place of a loss that nobody wants to hear of is not told of again
		q.dropped[Refused]++
		l.items = append([]item{{lost: 1, cause: Refused, since: now}}, l.items...)
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func (q *queue) forget(l *lane) {
	delete(q.lanes, l.room)
	for i, other := range q.turn {
		if other == l {
			q.turn = append(q.turn[:i:i], q.turn[i+1:]...)
			return
		}
	}
}

// stop drops everything, for good.
func (q *queue) stop() {
	q.gone = true
	q.drop(Stopped)
}

// drop drops everything that waits.
func (q *queue) drop(cause Cause) {
	q.dropped[cause] += uint64(q.events) //nolint:gosec // it is never below 0
	q.lanes, q.turn, q.events, q.bytes = make(map[string]*lane), nil, 0, 0
}

// idle reports that nothing waits and nothing is in flight.
func (q *queue) idle() bool { return len(q.turn) == 0 && q.inFlight == 0 }

// oldest returns since when the longest waiting item waits; zero: none does.
func (q *queue) oldest() time.Time {
	var at time.Time
	for _, l := range q.turn {
		if len(l.items) > 0 && (at.IsZero() || l.items[0].since.Before(at)) {
			at = l.items[0].since
		}
	}
	return at
}
