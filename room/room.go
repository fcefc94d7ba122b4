package room

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/atrium-rtc/atrium/internal/tracing"
)

// mailboxSize bounds the operations waiting for one room. Each waiting one has
// a caller waiting for it, so a full mailbox is back-pressure, not loss.
const mailboxSize = 64

// errEnded: the room ended before it could run the operation.
var errEnded = errors.New("room has ended")

// room is one room's goroutine and its mailbox. The goroutine owns state and
// is the only one that emits events, so that everybody hears of things in the
// order in which they happened.
type room struct {
	state    *state
	limits   *atomic.Pointer[limits] // of now; the state has those of the operation
	registry *registry
	handlers *handlers
	counters *counters
	log      *slog.Logger
	since    time.Time
	tally    tally

	mailbox chan *operation
	reports reports       // what the media plane says; never blocks it
	wake    chan struct{} // reports are waiting, or an abandoned join left the room empty
	done    chan struct{} // closed when the goroutine has ended
}

// operation is something for the room's goroutine to do. Either the goroutine
// claims it and runs it, or the caller who does not want to wait any longer
// claims it, and then it is never run. Until then it counts as waiting.
type operation struct {
	run     func()
	waiting *atomic.Int64 // all that wait, of all rooms; nil: does not count
	wait    *tracing.Span // of the caller's trace, if it has one
	claimed atomic.Bool
	done    chan struct{}
}

func (o *operation) claim() bool {
	if !o.claimed.CompareAndSwap(false, true) {
		return false
	}
	if o.waiting != nil {
		o.waiting.Add(-1)
	}
	o.wait.End()
	return true
}

// call has fn run on the room's goroutine and waits for it. An error means
// that fn has not run and never will: errEnded, or the context's cause.
func (r *room) call(ctx context.Context, fn func()) error {
	if ctx.Err() != nil {
		return r.interrupted(ctx)
	}
	_, wait := tracing.Start(ctx, "room.wait")
	op := &operation{run: fn, waiting: &r.counters.commands, wait: wait, done: make(chan struct{})}
	op.waiting.Add(1)
	select {
	case r.mailbox <- op:
	case <-r.done:
		op.claim()
		return errEnded
	case <-ctx.Done():
		op.claim()
		return r.interrupted(ctx)
	}
	var stop error
	select {
	case <-op.done:
		return nil
	case <-r.done:
		stop = errEnded
	case <-ctx.Done():
		stop = r.interrupted(ctx)
	}
	if op.claim() {
		return stop
	}
	<-op.done
	return nil
}

func (r *room) interrupted(ctx context.Context) error {
	return fmt.Errorf("waiting for room %q: %w", r.state.name, context.Cause(ctx))
}

// run is the room's goroutine.
func (r *room) run() {
	defer close(r.done)
	defer r.emit("OnRoomEnded", func(h EventHandler) { h.OnRoomEnded(RoomEndedEvent{r.state.name}) })
	ears := time.NewTimer(speakersInterval)
	ears.Stop()
	defer ears.Stop()
	listening := false
	var due time.Time // what the clock is set to, or has rung for; zero: it stands
	clock := time.NewTimer(0)
	clock.Stop()
	defer clock.Stop()
	for over := false; !over; {
		if at := r.state.deadline(); !at.Equal(due) {
			if due = at; due.IsZero() {
				clock.Stop()
			} else {
				clock.Reset(time.Until(due))
			}
		}
		if !listening && r.state.audible() {
			listening = true
			ears.Reset(speakersInterval)
		}
		select {
		case now := <-ears.C:
			listening = false
			r.listen(now)
		case now := <-clock.C:
			r.expire(now)
			r.tellDueVerdicts(now)
			over = r.over()
		case op := <-r.mailbox:
			if op.claim() {
				r.state.limits = *r.limits.Load()
				op.run()
				over = r.over() // before the caller learns of it: its next look finds no room
				close(op.done)
			}
		case <-r.wake:
			list, lines := r.reports.take()
			for _, o := range list {
				r.hear(o)
			}
			for _, o := range lines {
				r.hearLine(o.line)
			}
			over = r.over()
		}
	}
}

// over reports that the room has ended, closed or empty, and takes it out of
// the registry. A join under way keeps an empty room.
func (r *room) over() bool {
	if r.state.closed {
		return true // close took it out
	}
	if !r.state.vacant(time.Now()) || !r.registry.end(r) {
		return false
	}
	r.counters.roomsEnded.Add(1)
	r.log.Info("room ended")
	return true
}

// explain turns the reason why an operation of participant id has not run into
// the error for the caller. After errEnded the state is at rest and may be read.
func (r *room) explain(stop error, id ParticipantID) error {
	switch {
	case !errors.Is(stop, errEnded):
		return stop
	case r.state.closed:
		return refuseRoomClosed(r.state.name)
	default:
		return refuseUnknownID(id)
	}
}

// poke makes the goroutine look whether the room is over.
func (r *room) poke() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}
