package room

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/atrium-rtc/atrium/internal/tracing"
)

// exchange is one offer and answer. reserve, answered and opened run on the
// room's goroutine; ask and sdpError on the caller's, after reserve.
type exchange struct {
	id       ParticipantID
	role     Role
	reserve  func() error                                            // takes a slot for the connection
	ask      func(ctx context.Context, m MediaRequest) (link, error) // slow, on the caller's goroutine
	answered func(answer string)                                     // the requester's callback, may be nil
	opened   func(replaces bool)                                     // tells the others
	sdpError func(cause error) error
	// unanswered says that the connection, if there is one, needs no answer of ours.
	unanswered bool
}

// negotiate runs an exchange and counts how it ended.
func (m *Manager) negotiate(ctx context.Context, r *room, c *connection, x exchange) (string, error) {
	return m.measured(ctx, r, x.role, true, func(ctx context.Context) (string, error, error) { return m.exchange(ctx, r, c, x) })
}

// measured runs a negotiation in a span of its own, and counts how it ended if it counts: one
// without an offer has nothing to negotiate. run returns the answer, or what caused the error
// and the error for the caller, whose code may be that of another fault.
func (m *Manager) measured(ctx context.Context, r *room, role Role, counts bool, run func(context.Context) (string, error, error)) (string, error) {
	tracing.FromContext(ctx).Text(roomAttribute, r.state.name)
	ctx, span := tracing.Start(ctx, "negotiation")
	defer span.End()
	span.Text("atrium.role", string(role))
	began, end := time.Now(), Failed // unless it returns: Media may panic
	defer func() {
		if counts {
			m.counters.negotiations.ended(role, end, time.Since(began), span.Trace())
		}
	}()
	answer, cause, err := run(ctx)
	if err != nil {
		end = outcomeOf(cause)
		span.Text("atrium.outcome", string(end))
		return "", m.counters.refused(failed(span, err))
	}
	end = Answered
	return answer, nil
}

// exchange runs an exchange on the caller's goroutine. The room reserves the
// connection's slot first and opens it afterwards. Whatever happens in between
// (leave, unpublish, close, a newer request) ends the reservation, says in
// connection.fate what the caller is to be told, and cancels the context that
// Media works under. cause is what came before the caller's error, whose code may
// be that of another fault.
func (m *Manager) exchange(ctx context.Context, r *room, c *connection, x exchange) (answer string, cause, _ error) {
	working, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	c.cancel, c.observer = cancel, &observer{connection: c, reports: &r.reports}

	var err error
	request := MediaRequest{Room: r.state.name, Observer: c.observer}
	if stop := r.call(ctx, func() {
		if err = x.reserve(); err == nil {
			request.MaxBitrate = c.owner.grants.MaxBitrate
			request.User, request.Stream, request.Session = c.owner.user, c.stream.id, r.state.session(c.owner)
			m.negotiations.Add(1)
		}
	}); stop != nil {
		err = r.explain(stop, x.id)
	}
	if err != nil {
		return "", err, err
	}
	defer m.negotiations.Done()
	settled := false
	defer func() {
		if !settled { // Media panicked; the slot must not stay taken
			_ = r.call(context.WithoutCancel(ctx), func() { r.state.abandon(c) })
		}
	}()

	made, err := x.ask(working, request)
	settled = true
	if err == nil && made.Answer() == "" && !x.unanswered {
		made.Close()
		err = errNoAnswer
	}
	if err != nil {
		fate := r.failNegotiation(ctx, c, err)
		if fate != nil {
			return "", fate, fate
		}
		return "", err, mediaError(err, x.sdpError)
	}
	if err = r.openConnection(ctx, c, made, x); err != nil {
		made.Close()
		return "", err, err
	}
	return made.Answer(), nil, nil
}

// mediaError keeps an *Error of Media and makes any other error a CodeSDP.
func mediaError(err error, sdpError func(error) error) error {
	var known *Error
	if errors.As(err, &known) {
		return err
	}
	return sdpError(err)
}

// openConnection makes the reservation live, unless it has ended meanwhile. A
// negotiated answer is not wasted on a context that ended a moment too early.
func (r *room) openConnection(ctx context.Context, c *connection, made link, x exchange) error {
	var fate error
	if stop := r.call(context.WithoutCancel(ctx), func() {
		if fate = c.fate; c.phase != negotiating {
			return
		}
		replaced, early := r.state.open(c, made)
		if c.source == nil {
			c.setSilenced(c.owner.silenced[c.stream.id].kinds)
		}
		r.release(replaced)
		r.counters.opened(c)
		r.tally.of(c).Add(1)
		c.since = time.Now()
		for _, candidate := range early {
			r.addCandidate(c, candidate)
		}
		if x.answered != nil {
			r.guard("answered", func() { x.answered(made.Answer()) })
		}
		x.opened(len(replaced) > 0)
		r.hear(c.observer)
	}); stop != nil {
		return c.fate // the room has ended, and with it every reservation
	}
	return fate
}

// failNegotiation gives the slot back and returns what ended the reservation, if
// something did: then Media's error is only its echo. The cause is logged here: the
// client does not get to see it.
func (r *room) failNegotiation(ctx context.Context, c *connection, cause error) error {
	var fate error
	if stop := r.call(context.WithoutCancel(ctx), func() {
		if fate = c.fate; c.phase != negotiating {
			return
		}
		tracing.Logger(ctx, r.log).Info("negotiation failed", "user", c.owner.user, "endpoint", c.stream.user, "stream", c.stream.id, "cause", cause)
		r.state.abandon(c)
	}); stop != nil {
		fate = c.fate
	}
	return fate
}

// open moves c from negotiating to live and returns what it replaces and the
// candidates that came early.
func (s *state) open(c *connection, made link) (replaced []*connection, early []ICECandidate) {
	at := c.owner.slot(c.stream)
	if at.live != nil {
		replaced = append(replaced, at.live.end(nil))
	}
	at.live, at.pending = c, nil
	c.phase, c.link = live, made
	if c.source == nil {
		c.owner.noteStreams()
	}
	return replaced, s.takeCandidates(c.owner, c.stream)
}

// abandon gives back the slot of a negotiation that failed; what c would have
// replaced stays.
func (s *state) abandon(c *connection) {
	if c.phase != negotiating {
		return
	}
	c.end(nil)
	s.vacate(c)
	s.forgetCandidates(c.owner, c.stream)
}

// drop ends a live subscription without touching its replacement.
func (s *state) drop(c *connection) []*connection {
	s.vacate(c)
	return []*connection{c.end(nil)}
}

// vacate takes c out of its slot, which does not stay empty. A publication that was
// live ends with endPublication instead.
func (s *state) vacate(c *connection) {
	at := c.owner.slot(c.stream)
	if at.live == c {
		at.live = nil
	}
	if at.pending == c {
		at.pending = nil
	}
	switch {
	case !at.empty():
	case c.source != nil:
		delete(c.owner.receive, c.stream)
	default:
		c.owner.publish = slices.DeleteFunc(c.owner.publish, func(o *slot) bool { return o == at })
	}
}

// release closes what the state has let go of: Media's connection, or the
// context under which Media is still negotiating it.
func (r *room) release(gone []*connection) {
	for _, c := range gone {
		c.cancel(c.fate)
		if c.link != nil {
			c.link.Close()
			r.counters.closed(c)
			r.tally.of(c).Add(-1)
		}
	}
}
