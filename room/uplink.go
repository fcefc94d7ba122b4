package room

import (
	"context"
	"slices"
	"time"

	"github.com/atrium-rtc/atrium/internal/tracing"
)

// StreamsRequest asks a participant with paired connections to publish exactly these streams.
type StreamsRequest struct {
	Offer   string // SDP; may be empty when no stream is new
	Streams []StreamRequest
	// Fresh says that the client has made a new connection. The old one is dropped first,
	// with everything on it.
	Fresh bool
	// Answered is as in PublishRequest. Without an offer it is called with an empty answer.
	Answered func(answer string)
}

// StreamRequest is one of them.
type StreamRequest struct {
	ID string // among the participant's; empty is DefaultStream
	// MIDs name the media sections of the offer on which the stream comes: one of each kind
	// at most. They stay the same for as long as the stream lives.
	MIDs []string
	// Off, if not nil, is as in SetOff. With nil a stream that goes on keeps what it has.
	Off *MediaKind
}

// PublishStreams has the participant publish these streams on its publishing connection, and
// no others: new ones begin, those that are missing end, the others stay as they are. It
// returns the SDP answer; an error changes nothing. The negotiation is as that of Publish,
// one at a time. Policy.Publish is asked for each new stream with a request that has the
// stream and the offer; what it rewrites does not count.
//
// Errors: those of Publish; 301 also for a participant without paired connections, for a
// stream that is to go on other media sections, while another negotiation is under way, and
// for a stream that the application publishes; 302 for media sections that are not in the
// offer or of one kind.
func (m *Manager) PublishStreams(ctx context.Context, id ParticipantID, req StreamsRequest) (string, error) {
	if err := m.askStreams(ctx, id, req); err != nil {
		return "", err
	}
	r, err := m.registry.roomOf(id)
	if err != nil {
		return "", m.counters.refused(err)
	}
	b := &batch{manager: m, room: r, req: req}
	b.offered, _ = sections(req.Offer)
	return m.measured(ctx, r, Publisher, req.Offer != "", func(ctx context.Context) (string, error, error) { return b.run(ctx, id) })
}

// askStreams has the policy decide about each stream that is not published yet.
func (m *Manager) askStreams(ctx context.Context, id ParticipantID, req StreamsRequest) error {
	ask := m.opts.Policy.Publish
	if ask == nil || len(req.Streams) > m.opts.MaxStreams { // which the room refuses
		return nil
	}
	who, err := m.Participant(id)
	if err != nil {
		return err
	}
	for _, stream := range req.Streams {
		if !req.Fresh && who.Publishes(stream.ID) {
			continue
		}
		one := PublishRequest{Stream: streamID(stream.ID), Offer: req.Offer}
		if err := m.decide(ctx, "Publish", who, func() error { return ask(ctx, who, &one) }); err != nil {
			return m.counters.refused(err)
		}
	}
	return nil
}

// batch is one PublishStreams: reserve and commit run on the room's goroutine, and between
// them the offer is answered on the caller's.
type batch struct {
	manager *Manager
	room    *room
	req     StreamsRequest
	line    *line              // nil when there is nothing to negotiate
	owner   *member            // from reserve on
	offered map[string]section // of the offer
	list    []UplinkStream     // that Media is told of
	fresh   []*connection      // the new ones
	ends    []*connection      // those that are missing
}

// run returns the answer, or the error for the caller and what caused it.
func (b *batch) run(ctx context.Context, id ParticipantID) (answer string, cause, _ error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var err error
	if stop := b.room.call(ctx, func() { err = b.reserve(id, cancel) }); stop != nil {
		err = b.room.explain(stop, id)
	}
	if err != nil {
		return "", err, err
	}
	if b.line == nil {
		return "", nil, nil // reserve has done everything
	}
	defer b.manager.negotiations.Done()
	settled := false
	defer func() {
		if !settled { // Media panicked
			_ = b.room.call(context.WithoutCancel(ctx), b.abandon)
		}
	}()
	answer, published, err := b.line.up.Negotiate(ctx, b.req.Offer, b.list)
	if err == nil && answer == "" {
		err = errNoAnswer
	}
	settled = true
	if err != nil {
		return b.fail(ctx, err)
	}
	var fate error
	if stop := b.room.call(context.WithoutCancel(ctx), func() { fate = b.commit(answer, published) }); stop != nil {
		fate = b.line.fate // the room has ended, and its lines with it
	}
	if fate != nil {
		return "", fate, fate
	}
	return answer, nil, nil
}

// reserve checks the request and keeps the places of its new streams. Without an offer it
// does everything.
func (b *batch) reserve(id ParticipantID, cancel context.CancelCauseFunc) error {
	r := b.room
	m, err := r.state.pairedMember(id)
	if err != nil {
		return err
	}
	b.owner = m
	if b.req.Fresh {
		r.dropLine(m.uplink, refuseLostLine(m.user))
	}
	if m.uplink != nil && m.uplink.working > 0 {
		return refuseSecondNegotiation(m.user)
	}
	if err := b.plan(); err != nil {
		return err
	}
	if b.req.Offer == "" {
		b.finish("")
		return nil
	}
	b.line = r.uplink(b.manager, m)
	b.line.working++
	b.line.cancel = cancel
	for _, c := range b.fresh {
		c.line, c.observer = b.line, &observer{connection: c, reports: &r.reports}
		b.line.reserved = append(b.line.reserved, c.stream.id)
	}
	for i := range b.list {
		b.list[i].Observer = b.observerOf(b.list[i].ID)
	}
	b.manager.negotiations.Add(1)
	return nil
}

// observerOf returns who hears of a stream of the list.
func (b *batch) observerOf(stream string) MediaObserver {
	if i := slices.IndexFunc(b.fresh, func(c *connection) bool { return c.stream.id == stream }); i >= 0 {
		return b.fresh[i].observer
	}
	return b.owner.live(stream).observer
}

// uplink returns the member's publishing connection, which it makes if there is none.
func (r *room) uplink(m *Manager, who *member) *line {
	if who.uplink == nil {
		l := &line{owner: who, role: Publisher}
		l.observer = &lineObserver{line: l, reports: &r.reports}
		l.up = m.pairedMedia().NewUplink(UplinkRequest{Room: r.state.name, User: who.user, Observer: l.observer})
		who.uplink = l
	}
	return who.uplink
}

// plan sorts the streams of the request into new ones and those that go on, and finds those
// that are to end.
func (b *batch) plan() error {
	m, s := b.owner, b.room.state
	foreign := 0 // published in other ways, by the application
	for _, at := range m.publish {
		if at.live == nil || at.live.line == nil {
			foreign++
		}
	}
	if most := s.limits.streams; foreign+len(b.req.Streams) > most {
		return refuseMoreStreams(m.user, most)
	}
	named, used := make(map[string]bool), make(map[string]bool)
	for _, stream := range b.req.Streams {
		id := streamID(stream.ID)
		switch {
		case !ValidStream(id):
			return refuseStreamID()
		case named[id]:
			return refuseTwice(id)
		}
		named[id] = true
		if err := b.planStream(id, stream, used); err != nil {
			return err
		}
	}
	for _, at := range m.publish {
		if at.live != nil && at.live.line != nil && !named[at.stream.id] {
			b.ends = append(b.ends, at.live)
		}
	}
	if most := s.settings.MaxPublishers; most > 0 && len(b.fresh) > 0 && m.places() == 0 && s.publishers() >= most {
		return refuseMorePublishers(s.name, most)
	}
	return nil
}

// planStream is plan for one stream. used are the media sections of those before it.
func (b *batch) planStream(id string, stream StreamRequest, used map[string]bool) error {
	m := b.owner
	is := m.live(id)
	switch {
	case is == nil && m.publication(id) != nil, is != nil && is.line == nil: // by the application
		return refuseSecondPublication(streamName{m.user, id})
	case is != nil && (b.req.Offer != "" || len(stream.MIDs) > 0) && !slices.Equal(is.mids, stream.MIDs):
		return refuseOtherSections(streamName{m.user, id})
	case is == nil && b.req.Offer == "":
		return refuseWithoutOffer(id)
	}
	if b.req.Offer != "" {
		kinds, err := kindsOn(id, stream.MIDs, b.offered, used)
		if err != nil {
			return err
		}
		if is == nil {
			if err := m.grants.mayPublish(id, kinds); err != nil {
				return err
			}
			b.fresh = append(b.fresh, &connection{
				owner: m, stream: streamName{m.user, id}, kinds: kinds, mids: slices.Clone(stream.MIDs),
				cancel: func(error) {},
			})
		}
		b.list = append(b.list, UplinkStream{ID: id, MIDs: stream.MIDs})
	}
	return nil
}

// kindsOn returns the kinds of a stream's media sections.
func kindsOn(id string, mids []string, offered map[string]section, used map[string]bool) (kinds MediaKind, err error) {
	if len(mids) == 0 {
		return 0, refuseSections(id)
	}
	for _, mid := range mids {
		kind := offered[mid].kind
		if kind == 0 || kinds&kind != 0 || used[mid] {
			return 0, refuseSections(id)
		}
		kinds |= kind
		used[mid] = true
	}
	return kinds, nil
}

// fail gives the places back. What ended the negotiation, if something did, is what the
// caller is told: then Media's error is only its echo.
func (b *batch) fail(ctx context.Context, err error) (string, error, error) {
	if stop := b.room.call(context.WithoutCancel(ctx), func() {
		if !b.line.over {
			tracing.Logger(ctx, b.room.log).Info("negotiation failed", "user", b.owner.user, "connection", Publisher, "cause", err)
		}
		b.abandon()
	}); stop != nil && b.line.fate == nil {
		return "", stop, stop
	}
	if fate := b.line.fate; fate != nil {
		return "", fate, fate
	}
	return "", err, mediaError(err, func(cause error) error { return refusePublishSDP(b.owner.user, cause) })
}

// abandon gives the places back. A connection that never stood is not kept.
func (b *batch) abandon() {
	b.settle()
	if l := b.line; !l.over && !l.proven {
		b.room.hangUp(l, refusePublishSDP(b.owner.user, errWithdrawn))
		return
	}
	b.room.hearLine(b.line)
}

func (b *batch) settle() {
	b.line.working--
	b.line.reserved = nil
}

// commit makes what was negotiated hold, or returns why it is not wanted any more.
func (b *batch) commit(answer string, published map[string]Publication) error {
	b.settle()
	if b.line.over {
		return b.line.fate
	}
	b.line.proven = true
	for _, c := range b.fresh {
		if published[c.stream.id] == nil {
			b.room.loseLine(b.line, "a stream of the answer is missing")
			return refusePublishSDP(b.owner.user, errNoAnswer)
		}
	}
	for _, c := range b.fresh {
		b.open(c, published[c.stream.id])
		delete(published, c.stream.id)
	}
	for id, made := range published { // it was to go on, and has been taken away meanwhile
		if b.owner.live(id) == nil {
			made.Close()
		}
	}
	b.finish(answer)
	b.room.hearLine(b.line)
	return nil
}

// open makes a new stream live.
func (b *batch) open(c *connection, made Publication) {
	r, m := b.room, b.owner
	c.phase, c.link, c.since = live, made, time.Now()
	m.publish = append(m.publish, &slot{stream: c.stream, live: c})
	if silenced := m.silenced[c.stream.id].kinds; silenced != 0 {
		c.setSilenced(silenced)
	}
	r.counters.opened(c)
	r.tally.of(c).Add(1)
}

// finish answers, and tells the others what has ended and begun.
func (b *batch) finish(answer string) {
	r, m := b.room, b.owner
	changed := b.turnOff()
	for _, c := range b.ends {
		if at := m.publication(c.stream.id); at != nil && at.live == c {
			r.release(r.state.unpublish(m, at))
		}
	}
	m.noteStreams()
	if b.req.Answered != nil {
		r.guard("answered", func() { b.req.Answered(answer) })
	}
	for _, c := range b.ends {
		r.log.Info("unpublished", "user", m.user, "stream", c.stream.id)
		r.tellUnpublished(m, c.stream.id)
	}
	for _, c := range b.fresh {
		r.tellPublished(c, "client")
		r.hear(c.observer)
	}
	if changed {
		r.tellChanged(m, ChangedOff, "")
	}
	for _, c := range b.fresh { // what came to be forbidden meanwhile
		if c.phase == live && m.grants.mayPublish(c.stream.id, c.kinds) != nil {
			_ = r.takeStream(m, c.stream.id)
		}
	}
}

// turnOff notes what the client sends nothing of, and reports whether that is another for a
// stream that goes on.
func (b *batch) turnOff() (changed bool) {
	for _, stream := range b.req.Streams {
		c := b.owner.live(streamID(stream.ID))
		if c != nil && stream.Off != nil && c.setOff(*stream.Off) && !slices.Contains(b.fresh, c) {
			changed = true
		}
	}
	return changed
}
