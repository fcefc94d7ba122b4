package room

import (
	"context"
	"errors"
	"time"
)

// StreamRef names a stream of a participant.
type StreamRef struct {
	Publisher string // user name
	Stream    string // empty is DefaultStream
}

// ReceiveFailure says why one of several streams is not received.
type ReceiveFailure struct {
	StreamRef
	Err *Error
}

// StreamsToReceive asks a participant with paired connections to receive more streams.
type StreamsToReceive struct {
	Streams []StreamRef
	// Fresh says that the client has made a new connection. The old one is dropped first,
	// with everything on it.
	Fresh bool
	// Answered, when not nil, is called on the room's goroutine with the streams that are not
	// received, before the offer with the others. It must not block, and is not called when
	// ReceiveStreams fails.
	Answered func([]ReceiveFailure)
}

// ReceiveStreams adds streams to what the participant receives on its receiving connection,
// and returns those for which that is not possible, each with the error that Subscribe would
// give. What it receives already is fine. The others come with a SubscriberOfferEvent.
//
// Errors: 102 for an unknown participant, 203; 301 for one without paired connections; 403
// when it may not receive.
func (m *Manager) ReceiveStreams(ctx context.Context, id ParticipantID, req StreamsToReceive) ([]ReceiveFailure, error) {
	r, err := m.registry.roomOf(id)
	if err != nil {
		return nil, m.counters.refused(err)
	}
	b := &receiving{manager: m, room: r}
	req.Streams = b.allowed(ctx, id, req.Streams)
	if stop := r.call(ctx, func() { err = b.reserve(id, req) }); stop != nil {
		err = r.explain(stop, id)
	}
	if err != nil {
		return nil, m.counters.refused(err)
	}
	defer m.negotiations.Done()
	settled := false
	settle := func() {
		settled = true
		b.settle(req.Answered)
	}
	defer func() {
		if !settled { // Media panicked
			_ = r.call(context.WithoutCancel(ctx), func() { b.settle(nil) })
		}
	}()
	b.subscribe()
	if stop := r.call(context.WithoutCancel(ctx), settle); stop != nil {
		settled = true
		return nil, m.counters.refused(r.explain(stop, id)) // the room has ended, and everything in it
	}
	return b.failed, m.counters.refused(b.fate)
}

// receiving is one ReceiveStreams: reserve and settle run on the room's goroutine, and
// between them Media is asked on the caller's.
type receiving struct {
	manager *Manager
	room    *room
	line    *line
	asked   []*asked
	failed  []ReceiveFailure
	fate    error
}

// asked is a subscription on its way.
type asked struct {
	*connection
	source Publication
	made   Subscription
	err    error
}

// allowed has the policy decide about each stream.
func (b *receiving) allowed(ctx context.Context, id ParticipantID, list []StreamRef) []StreamRef {
	ask := b.manager.opts.Policy.Subscribe
	if ask == nil {
		return list
	}
	who, err := b.manager.Participant(id)
	if err != nil {
		return list // the room refuses
	}
	var may []StreamRef
	for _, from := range list {
		one := SubscribeRequest{Publisher: from.Publisher, Stream: streamID(from.Stream)}
		if err := b.manager.decide(ctx, "Subscribe", who, func() error { return ask(ctx, who, &one) }); err != nil {
			b.fail(from, err)
			continue
		}
		may = append(may, from)
	}
	return may
}

// fail notes that a stream is not received.
func (b *receiving) fail(from StreamRef, err error) {
	var refusal *Error
	if !errors.As(b.manager.counters.refused(err), &refusal) {
		refusal = &Error{Code: CodeMediaEndpoint, Msg: "The stream cannot be received", Err: err}
	}
	from.Stream = streamID(from.Stream)
	b.failed = append(b.failed, ReceiveFailure{from, refusal})
}

// reserve takes a slot for each stream that is not received yet.
func (b *receiving) reserve(id ParticipantID, req StreamsToReceive) error {
	r := b.room
	m, err := r.state.pairedMember(id)
	switch {
	case err != nil:
		return err
	case !m.grants.Has(MaySubscribe):
		return refuseNotPermitted("receive what others publish")
	}
	if req.Fresh {
		r.dropLine(m.downlink, refuseLostLine(m.user))
	}
	b.line = r.downlink(b.manager, m)
	for _, ref := range req.Streams {
		from := streamName{ref.Publisher, streamID(ref.Stream)}
		if m.receive[from] != nil {
			continue // it is received, or will be
		}
		c := &connection{line: b.line, cancel: func(error) {}}
		c.observer = &observer{connection: c, reports: &r.reports}
		if _, err := r.state.reserveSubscription(id, from, c); err != nil {
			b.fail(ref, err)
			continue
		}
		b.asked = append(b.asked, &asked{connection: c, source: c.source.publication()})
	}
	b.line.working++
	b.manager.negotiations.Add(1)
	return nil
}

// downlink returns the member's receiving connection, which it makes if there is none.
func (r *room) downlink(m *Manager, who *member) *line {
	if who.downlink == nil {
		l := &line{owner: who, role: Subscriber, cancel: func(error) {}}
		l.observer = &lineObserver{line: l, reports: &r.reports}
		l.down = m.pairedMedia().NewDownlink(DownlinkRequest{
			Room: r.state.name, User: who.user, Session: r.state.session(who),
			MaxBitrate: who.grants.MaxBitrate, Observer: l.observer,
		})
		who.downlink = l
	}
	return who.downlink
}

// subscribe asks Media for each stream.
func (b *receiving) subscribe() {
	for _, a := range b.asked {
		a.made, a.err = b.line.down.Subscribe(a.source, ReceiveRequest{
			Publisher: a.stream.user, Stream: a.stream.id, Observer: a.observer,
		})
	}
}

// settle opens what was made, answers, and then lets the client hear what waited for that.
func (b *receiving) settle(answered func([]ReceiveFailure)) {
	r := b.room
	b.line.working--
	var opened []*connection
	for _, a := range b.asked {
		switch {
		case a.made == nil && a.err == nil: // Media panicked
			r.state.abandon(a.connection)
		case a.err != nil && a.phase == negotiating:
			r.log.Info("subscription failed", "user", a.owner.user, "publisher", a.stream.user, "stream", a.stream.id, "cause", a.err)
			r.state.abandon(a.connection)
			b.fail(a.ref(), mediaError(a.err, func(cause error) error { return refuseSubscribeSDP(a.owner.user, a.stream.user, cause) }))
		case a.err != nil:
			b.missed(a)
		case a.phase != negotiating || b.line.over:
			a.made.Close()
			b.missed(a)
		default:
			r.state.open(a.connection, a.made)
			a.since = time.Now()
			r.counters.opened(a.connection)
			r.tally.of(a.connection).Add(1)
			opened = append(opened, a.connection)
		}
	}
	if b.line.over {
		b.fate = b.line.fate
		return
	}
	if answered != nil {
		r.guard("answered", func() { answered(b.failed) })
	}
	for _, c := range opened {
		r.log.Debug("subscribed", "user", c.owner.user, "publisher", c.stream.user, "stream", c.stream.id)
		r.tellSubscribed(c)
		r.hear(c.observer)
	}
	r.hearLine(b.line)
}

// missed notes a subscription that something has ended on its way.
func (b *receiving) missed(a *asked) {
	fate := a.fate
	if fate == nil {
		fate = b.line.fate
	}
	b.room.state.abandon(a.connection)
	if fate != nil {
		b.fail(a.ref(), fate)
	}
}

func (a *asked) ref() StreamRef { return StreamRef{a.stream.user, a.stream.id} }

// StopReceiving takes streams from what the participant receives. Those that it does not
// receive are fine. accepted, when not nil, is called on the room's goroutine before the
// next offer. Errors: 102, 203; 301 for a participant without paired connections.
func (m *Manager) StopReceiving(ctx context.Context, id ParticipantID, streams []StreamRef, accepted func()) error {
	return m.withParticipantRoom(ctx, id, func(r *room) error {
		who, err := r.state.pairedMember(id)
		if err != nil {
			return err
		}
		for _, from := range streams {
			r.unsubscribe(who, streamName{from.Publisher, streamID(from.Stream)})
		}
		if accepted != nil {
			r.guard("accepted", accepted)
		}
		return nil
	})
}

// AnswerOffer takes the client's answer to the offer of that number, see
// SubscriberOfferEvent. The last answer again is fine. The next offer, if there is one, comes
// after accepted, which is called on the room's goroutine when it is not nil.
//
// Errors: 102, 203; 301 for a participant without paired connections; 302 for an answer that
// cannot be used, and for a number that is not that of the offer that waits, which then goes
// on waiting; 103 when the connection ended meanwhile.
func (m *Manager) AnswerOffer(ctx context.Context, id ParticipantID, number int, answer string, accepted func()) error {
	r, err := m.registry.roomOf(id)
	if err != nil {
		return m.counters.refused(err)
	}
	var l *line
	if stop := r.call(ctx, func() { l, err = r.awaits(id, number) }); stop != nil {
		err = r.explain(stop, id)
	}
	if err != nil {
		return m.counters.refused(err)
	}
	m.negotiations.Add(1)
	defer m.negotiations.Done()
	began := time.Now()
	outcome, cause := Failed, errors.New("panic in the media server")
	defer func() {
		_ = r.call(context.WithoutCancel(ctx), func() { r.answeredOffer(l, cause, accepted) })
		m.counters.negotiations.ended(Subscriber, outcome, time.Since(began), "")
	}()
	if cause = l.down.Complete(ctx, number, answer); cause == nil {
		outcome = Answered
		return nil
	}
	outcome = outcomeOf(cause)
	return m.counters.refused(mediaError(cause, func(err error) error { return refuseAnswer(l.owner.user, err) }))
}

// awaits returns the participant's receiving connection, to which an answer is given now.
func (r *room) awaits(id ParticipantID, number int) (*line, error) {
	who, err := r.state.pairedMember(id)
	switch {
	case err != nil:
		return nil, err
	case who.downlink == nil:
		return nil, refuseStrayAnswer(number)
	}
	who.downlink.working++
	return who.downlink, nil
}

// answeredOffer tells that an answer was taken, if it was, and then what comes next.
func (r *room) answeredOffer(l *line, cause error, accepted func()) {
	l.working--
	if cause == nil && accepted != nil {
		r.guard("accepted", accepted)
	}
	r.hearLine(l)
}

// RestartReceiving begins ICE anew on the participant's receiving connection, whose client
// has come to another network: the next SubscriberOfferEvent has new credentials. Without
// such a connection there is nothing to do. Errors: 102, 203; 301 for a participant without
// paired connections.
func (m *Manager) RestartReceiving(ctx context.Context, id ParticipantID, accepted func()) error {
	return m.withParticipantRoom(ctx, id, func(r *room) error {
		who, err := r.state.pairedMember(id)
		if err != nil {
			return err
		}
		if accepted != nil {
			r.guard("accepted", accepted)
		}
		if who.downlink != nil {
			who.downlink.down.Restart()
		}
		return nil
	})
}
