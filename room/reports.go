package room

import (
	"sync"
	"time"
)

// maxReportedCandidates bounds the local candidates one connection can have
// waiting for the room. A host gathers one or two for each of its addresses;
// the same candidates stand in the answer too.
const maxReportedCandidates = 64

// reports hands what the media plane says about connections to the room's
// goroutine without ever blocking the media plane: while the room closes a
// connection it may wait for just that callback to return. What waits is
// bounded by the connections there are.
type reports struct {
	wake chan<- struct{}

	mu      sync.Mutex
	waiting []*observer     // those with something new to say, once each
	lines   []*lineObserver // likewise
}

// observer is the MediaObserver of one connection.
type observer struct {
	connection *connection
	reports    *reports

	// Guarded by reports.mu.
	queued     bool
	candidates []ICECandidate
	dropped    uint64
	layers     []SubscribedLayer // nil: nothing new
	delivery   *DeliveryState    // nil: nothing new
	verdict    *MediaVerdict     // likewise
	disturbed  bool
	failure    string
	failed     bool
}

var _ MediaObserver = (*observer)(nil)

// ICECandidate implements MediaObserver.
func (o *observer) ICECandidate(c ICECandidate) {
	o.reports.say(o, func() {
		if len(o.candidates) >= maxReportedCandidates {
			o.dropped++
			return
		}
		o.candidates = append(o.candidates, c)
	})
}

// SubscribedLayers implements MediaObserver. Only the newest state counts.
func (o *observer) SubscribedLayers(layers []SubscribedLayer) {
	o.reports.say(o, func() { o.layers = layers })
}

// Delivery implements MediaObserver. Only the newest state counts.
func (o *observer) Delivery(d DeliveryState) {
	o.reports.say(o, func() { o.delivery = &d })
}

// Verdict implements MediaObserver. Only the newest one counts.
func (o *observer) Verdict(v MediaVerdict) {
	o.reports.say(o, func() { o.verdict = &v })
}

// Disturbed implements MediaObserver. Only the newest state counts.
func (o *observer) Disturbed(is bool) {
	o.reports.say(o, func() { o.disturbed = is })
}

// Failed implements MediaObserver.
func (o *observer) Failed(reason string) {
	o.reports.say(o, func() { o.failure, o.failed = reason, true })
}

func (q *reports) say(o *observer, note func()) {
	q.mu.Lock()
	note()
	if !o.queued {
		o.queued = true
		q.waiting = append(q.waiting, o)
	}
	q.mu.Unlock()
	q.poke()
}

// poke wakes the room's goroutine.
func (q *reports) poke() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// take returns the observers with something to say.
func (q *reports) take() ([]*observer, []*lineObserver) {
	q.mu.Lock()
	defer q.mu.Unlock()
	list, lines := q.waiting, q.lines
	q.waiting, q.lines = nil, nil
	for _, o := range list {
		o.queued = false
	}
	for _, o := range lines {
		o.queued = false
	}
	return list, lines
}

// report is what one observer has said since it was last heard.
type report struct {
	candidates []ICECandidate
	dropped    uint64
	layers     []SubscribedLayer
	delivery   *DeliveryState
	verdict    *MediaVerdict
	disturbed  bool
	failure    string
	failed     bool
}

func (q *reports) listen(o *observer) report {
	q.mu.Lock()
	defer q.mu.Unlock()
	said := report{o.candidates, o.dropped, o.layers, o.delivery, o.verdict, o.disturbed, o.failure, o.failed}
	o.candidates, o.dropped, o.layers, o.delivery, o.verdict, o.failed = nil, 0, nil, nil, nil, false
	return said
}

// hear acts on what an observer has said. The client must not hear of a
// connection before it has the answer, so during the negotiation everything
// stays with the observer and openConnection hears it; what an ended connection
// says is stale. While a replacement is negotiated the client has no use for
// the old connection's candidates, and while ICE restarts they stand in the answer.
func (r *room) hear(o *observer) {
	c := o.connection
	if c.phase == negotiating {
		return
	}
	said := r.reports.listen(o)
	r.counters.localCandidatesDropped.Add(said.dropped)
	if c.phase == ended {
		return
	}
	if c.owner.slot(c.stream).pending == nil && c.restarts == 0 {
		to := r.state.info(c.owner)
		for _, candidate := range said.candidates {
			event := ICECandidateEvent{To: to, Endpoint: c.stream.user, Stream: c.stream.id, Candidate: candidate}
			r.emit("OnICECandidate", func(h EventHandler) { h.OnICECandidate(event) })
		}
	}
	if len(said.layers) > 0 && c.source == nil {
		r.tellLayers(c, said.layers)
	}
	if said.delivery != nil && c.source != nil {
		r.tellDelivery(c, *said.delivery)
	}
	if said.verdict != nil && c.source != nil {
		r.judge(c, *said.verdict, time.Now())
	}
	if c.disturbed != said.disturbed {
		c.disturbed = said.disturbed
		r.tellReach(c.owner)
	}
	if said.failed {
		r.loseConnection(c, said.failure)
	}
}

// loseConnection lets go of a live connection that the media plane has lost.
// Kurento reported such errors as "TYPE: description(errCode=n)".
func (r *room) loseConnection(c *connection, reason string) {
	r.counters.mediaFailures.Add(1)
	r.log.Warn("connection lost", "user", c.owner.user, "endpoint", c.stream.user, "stream", c.stream.id, "reason", reason)
	if c.source == nil {
		r.release(r.state.unpublish(c.owner, c.owner.publication(c.stream.id)))
		r.tellUnpublished(c.owner, c.stream.id)
	} else {
		r.release(r.state.drop(c))
		r.tellUnsubscribed(c)
	}
	event := MediaErrorEvent{
		To:       r.state.info(c.owner),
		Endpoint: c.stream.user,
		Stream:   c.stream.id,
		Text:     mediaErrorText(reason),
	}
	r.emit("OnMediaError", func(h EventHandler) { h.OnMediaError(event) })
}
