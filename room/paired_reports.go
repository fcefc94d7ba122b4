package room

import "errors"

// lineObserver hears of one of the paired connections. It hands on what it hears like an
// observer does, see reports.
type lineObserver struct {
	line    *line
	reports *reports

	// Guarded by reports.mu.
	queued    bool
	offered   bool
	ended     []endedReception // bounded by the subscriptions there are
	disturbed bool
	failure   string
	failed    bool
}

// endedReception is a subscription that a client's answer did not take.
type endedReception struct {
	subscription Subscription
	cause        error
}

var (
	_ MediaObserver    = (*lineObserver)(nil)
	_ DownlinkObserver = (*lineObserver)(nil)
)

// Offered implements DownlinkObserver.
func (o *lineObserver) Offered() { o.say(func() { o.offered = true }) }

// Ended implements DownlinkObserver.
func (o *lineObserver) Ended(s Subscription, cause error) {
	o.say(func() { o.ended = append(o.ended, endedReception{s, cause}) })
}

// Disturbed implements MediaObserver.
func (o *lineObserver) Disturbed(is bool) { o.say(func() { o.disturbed = is }) }

// Failed implements both.
func (o *lineObserver) Failed(reason string) {
	o.say(func() { o.failure, o.failed = reason, true })
}

// The rest of MediaObserver is said of streams.
func (o *lineObserver) ICECandidate(ICECandidate)          {}
func (o *lineObserver) SubscribedLayers([]SubscribedLayer) {}
func (o *lineObserver) Delivery(DeliveryState)             {}
func (o *lineObserver) Verdict(MediaVerdict)               {}

func (o *lineObserver) say(note func()) {
	q := o.reports
	q.mu.Lock()
	note()
	if !o.queued {
		o.queued = true
		q.lines = append(q.lines, o)
	}
	q.mu.Unlock()
	q.poke()
}

// lineReport is what a lineObserver has heard since it was last asked.
type lineReport struct {
	offered   bool
	ended     []endedReception
	disturbed bool
	failure   string
	failed    bool
}

func (o *lineObserver) listen() lineReport {
	o.reports.mu.Lock()
	defer o.reports.mu.Unlock()
	said := lineReport{o.offered, o.ended, o.disturbed, o.failure, o.failed}
	o.offered, o.ended, o.failed = false, nil, false
	return said
}

// hearLine acts on what is said of a paired connection. While a request is being served
// that concerns it, that waits: the client is to have the answer first.
func (r *room) hearLine(l *line) {
	if l.working > 0 {
		return
	}
	said := l.observer.listen()
	if l.over {
		return
	}
	for _, e := range said.ended {
		r.endReception(l, e)
	}
	if l.disturbed != said.disturbed {
		l.disturbed = said.disturbed
		r.tellReach(l.owner)
	}
	if said.failed {
		r.loseLine(l, said.failure)
		return
	}
	if said.offered {
		r.tellOffer(l)
	}
}

// endReception takes a subscription away that the client cannot receive, and says so.
func (r *room) endReception(l *line, e endedReception) {
	for _, c := range l.owner.received() {
		if c.link != link(e.subscription) {
			continue
		}
		r.release(r.state.drop(c))
		r.tellUnsubscribed(c)
		var refusal *Error
		cause := mediaError(e.cause, func(err error) error { return refuseSubscribeSDP(c.owner.user, c.stream.user, err) })
		if !errors.As(cause, &refusal) {
			return
		}
		r.log.Info("subscription ended by its client's answer", "user", c.owner.user, "publisher", c.stream.user, "stream", c.stream.id, "cause", e.cause)
		event := SubscriptionEndedEvent{To: r.state.info(c.owner), Publisher: c.stream.user, Stream: c.stream.id, Err: refusal}
		r.emit("OnSubscriptionEnded", func(h EventHandler) { h.OnSubscriptionEnded(event) })
		return
	}
}

// loseLine lets go of a connection that the media plane has lost, with all that was on it.
func (r *room) loseLine(l *line, reason string) {
	r.counters.mediaFailures.Add(1)
	r.log.Warn("connection lost", "user", l.owner.user, "connection", l.role, "reason", reason)
	r.dropLine(l, refuseLostLine(l.owner.user))
	event := MediaErrorEvent{
		To: r.state.info(l.owner), Endpoint: l.owner.user, Connection: l.role, Text: mediaErrorText(reason),
	}
	r.emit("OnMediaError", func(h EventHandler) { h.OnMediaError(event) })
}

// tellOffer tells the client of the offer that waits for its answer, if one does.
func (r *room) tellOffer(l *line) {
	offer, waits := l.down.Outstanding()
	if !waits {
		return
	}
	names := make(map[link]streamName)
	for _, c := range l.owner.received() {
		names[c.link] = c.stream
	}
	event := SubscriberOfferEvent{To: r.state.info(l.owner), Number: offer.Number, SDP: offer.SDP}
	for _, s := range offer.Streams {
		if name, received := names[s.Subscription]; received { // else it has ended since, and leaves with the next offer
			event.Streams = append(event.Streams, OfferedStream{Publisher: name.user, Stream: name.id, MIDs: s.MIDs})
		}
	}
	r.emit("OnSubscriberOffer", func(h EventHandler) { h.OnSubscriberOffer(event) })
}
