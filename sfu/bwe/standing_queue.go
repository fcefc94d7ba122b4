package bwe

import "time"

const (
	// standingLimit is how much delay that does not go away between two pictures
	// counts as overuse, and standingEnd when it is over.
	standingLimit = 45 * time.Millisecond
	standingEnd   = 22 * time.Millisecond
	// standingSpan is for how long the delay must not have been less, at least, and
	// standingPackets in how many packets.
	standingSpan    = 100 * time.Millisecond
	standingPackets = 5
	// baseSpan is how long the shortest delay is remembered: once or twice that. A
	// path that is longer now is known to be so after that time.
	baseSpan = 10 * time.Second
	// realQueue is what must stand for a growing delay to be believed: less is
	// jitter, of the path or of a receiver that is busy.
	realQueue = 10 * time.Millisecond
	// standingPatience is how long a queue may take to drain once less is sent. When
	// it does not, it is not ours: somebody else keeps it full, and it is let be for
	// standingTruce, or they would get all of the path. Encoders take a second or two
	// to follow: after 1.5 s, queues that were still draining were let be.
	standingPatience = 2500 * time.Millisecond
	standingTruce    = 30 * time.Second
)

// standingQueue finds a queue that stands: one that does not grow any more, and is
// there between bursts too. The trend of the delay does not see it, and grows blind
// to one that grows by less than 5 % of the time: near the capacity the estimate
// creeps up by so little that a tenth of a second or more has gathered until it is
// found. (libwebrtc has nothing like it. The minimum over an interval, against
// jitter and bursts, is CoDel's: RFC 8289 section 3.) The zero value is ready.
type standingQueue struct {
	epoch time.Time // delays are relative to it

	// The shortest delay of this span and of the one before.
	base, before time.Duration
	baseFrom     time.Duration
	latest       time.Duration // arrival
	started      bool

	// The shortest of the interval at hand, and of the last one.
	least     time.Duration
	leastFrom time.Duration
	packets   int
	previous  time.Duration // the shortest of the interval before
	last      time.Duration

	standing bool
	since    time.Duration // standing
	truce    time.Duration // until then
}

// add takes a packet that arrived and reports whether a queue stands.
func (q *standingQueue) add(sent time.Time, arrived time.Duration) bool {
	delay := arrived - sent.Sub(q.epoch)
	if gap := arrived - q.latest; !q.started || gap > clockJump || gap < -clockJump {
		*q = standingQueue{epoch: sent, started: true}
		delay = arrived
		q.base, q.before, q.baseFrom = delay, delay, arrived
		q.restart(delay, arrived)
	}
	q.latest = arrived
	q.learn(delay, arrived)
	q.least = min(q.least, delay)
	q.packets++
	if arrived-q.leastFrom >= standingSpan && q.packets >= standingPackets {
		q.judge(arrived)
		q.restart(delay, arrived)
	}
	return q.standing && arrived >= q.truce
}

// level returns the shortest queue lately: what stands there for sure.
func (q *standingQueue) level() time.Duration {
	recent := q.least
	if q.packets < standingPackets {
		recent = q.previous // the interval at hand is too young
	}
	return recent - min(q.base, q.before)
}

// learn keeps the shortest delay.
func (q *standingQueue) learn(delay, arrived time.Duration) {
	if arrived-q.baseFrom >= baseSpan {
		q.before, q.base, q.baseFrom = q.base, delay, arrived
	}
	q.base = min(q.base, delay)
}

// judge decides at the end of an interval.
func (q *standingQueue) judge(arrived time.Duration) {
	queue := q.least - min(q.base, q.before)
	switch {
	case q.standing && queue < standingEnd:
		q.standing = false
	case !q.standing && queue > standingLimit && q.last > standingLimit:
		q.standing, q.since = true, arrived
	case q.standing && arrived-q.since > standingPatience && arrived >= q.truce:
		q.truce = arrived + standingTruce
	}
	q.last = queue
}

func (q *standingQueue) restart(delay, arrived time.Duration) {
	q.previous = q.least
	q.least, q.leastFrom, q.packets = delay, arrived, 0
}
